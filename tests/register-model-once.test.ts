import { describe, expect, it } from "vitest";
import { json, stack } from "./support/command.ts";
import { delegatingPlugin, installPlugin } from "./support/plugin.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";

// A third party's registry that kills its own process: before it makes the version, or right after it has made it or set its stage.
const crashing = `(registry) => new Proxy(registry, {
  get(target, key) {
    const value = target[key];
    if (typeof value !== "function") return value;
    const crash = { registerModelVersion: "after", setStage: "staged" }[key];
    if (crash === undefined) return value.bind(target);
    return async (...args) => {
      if (process.env.CRASH === "before") process.kill(process.pid, "SIGKILL");
      const version = await target[key](...args);
      if (process.env.CRASH === crash) process.kill(process.pid, "SIGKILL");
      return version;
    };
  },
})`;

/** `more` goes into the registration. */
function crashingProject(more = ""): Project {
  const at = project({
    "stack.yaml": `version: 1
active: fragile
plugins: [crashing-flavor]
stacks:
  fragile:
    experiment_tracker: { flavor: crashing }
    model_registry: { flavor: crashing }
`,
    "pipeline.ts": pipelineFile(`
      const train = step({ name: "train", outputs: { model: artifact.file() } }, (_, { file }) => ({ model: file("m.txt", "m") }));
      export default pipeline({ name: "fragile" }, () => {
        registerModelStep({ name: "line", ...train(), stage: "Staging", ${more}aliases: ["champion"] });
      });`),
  });
  installPlugin(at, delegatingPlugin("crashing-flavor", "crashing", "{}", crashing));
  return at;
}

interface Version {
  readonly version: string;
  readonly stage: string;
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

async function versions(at: Project): Promise<Version[]> {
  const { exit, stdout } = await stack(at.folder, ["models", "versions", "line", "--json"]);
  return exit === 3 ? [] : (JSON.parse(stdout) as Version[]);
}

const again = ["step", "run", "latest", "register-model"];

describe.each([
  ["before the version was made", "before", 0],
  ["right after the version was made", "after", 1],
  ["right after the version got its stage", "staged", 1],
])("a registration whose process was killed %s", (_when, crash, made) => {
  it("is finished by running the step again, with exactly one version", async () => {
    using at = crashingProject("archivePrevious: true, expectedHolder: null, ");
    expect(await stack(at.folder, ["run", "pipeline.ts"], { env: { CRASH: crash } })).toMatchObject({
      exit: "SIGKILL",
    });
    expect(await versions(at)).toHaveLength(made);
    expect(await stack(at.folder, again)).toMatchObject({ exit: 0, stdout: "register-model succeeded\n" });
    const [run] = await json<{ id: string }[]>(stack(at.folder, ["runs", "list", "--json"]));
    expect(await versions(at)).toMatchObject([
      {
        version: "1",
        stage: "Staging",
        aliases: ["champion"],
        tags: { "modelstack.registered_by": `run/${run!.id}/register-model`, "modelstack.step_name": "train" },
      },
    ]);
  });

  it("is finished although it is killed again and again", async () => {
    using at = crashingProject();
    await stack(at.folder, ["run", "pipeline.ts"], { env: { CRASH: crash } });
    for (let i = 0; i < 2; i++) await stack(at.folder, again, { env: { CRASH: crash } });
    expect(await stack(at.folder, again)).toMatchObject({ exit: 0 });
    expect(await versions(at)).toHaveLength(1);
  });

  it("gives the next run a version of its own", async () => {
    using at = crashingProject();
    await stack(at.folder, ["run", "pipeline.ts"], { env: { CRASH: crash } });
    await stack(at.folder, again);
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject({ exit: 0 });
    expect((await versions(at)).map(({ version }) => version)).toEqual(["2", "1"]);
  });
});

describe("a registration that is done", () => {
  it("is not done again by running the step again", async () => {
    using at = crashingProject();
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject({ exit: 0 });
    const { exit, stdout } = await stack(at.folder, again);
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: "register-model had succeeded before; it was not run again\n",
    });
    expect(await versions(at)).toHaveLength(1);
  });

  it("is known by the run's step, which gives the version on", async () => {
    using at = crashingProject();
    await stack(at.folder, ["run", "pipeline.ts"], { env: { CRASH: "after" } });
    await stack(at.folder, again);
    const { steps } = await json<{ steps: { outputs: Record<string, string> }[] }>(
      stack(at.folder, ["runs", "show", "latest", "--json"]),
    );
    const { stdout } = await stack(at.folder, ["artifacts", "show", steps[1]!.outputs["version"]!]);
    expect(stdout).toContain('"uri": "models:/line/1"');
  });
});

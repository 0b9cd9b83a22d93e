import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { installPlugin, projectsPlugin } from "./support/plugin.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

const sha256 = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** A stack on a project of a server that has several. */
const onServer = (of: string) => `version: 1
active: team
plugins: [projects-server]
stacks:
  team:
    experiment_tracker: { flavor: projects, project: ${of} }
    model_registry: { flavor: projects }
  local:
    experiment_tracker: { flavor: local }
    model_registry: { flavor: local }
`;

/** Two projects of a server: `birds/sea` has gulls 1.0.0 and 1.1.0, `birds/land` has other gulls under 1.0.0. */
async function twoProjects(files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const at = project({ ...files, "sea.txt": "sea", "sea2.txt": "sea2", "land.txt": "land" });
  installPlugin(at, projectsPlugin);
  at.write("stack.yaml", onServer("birds/sea"));
  await succeeded(stack(at.folder, ["models", "register", "gulls", "sea.txt", "--alias", "best"]));
  await succeeded(stack(at.folder, ["models", "register", "gulls", "sea2.txt", "--bump", "minor"]));
  at.write("stack.yaml", onServer("birds/land"));
  await succeeded(stack(at.folder, ["models", "register", "gulls", "land.txt"]));
  return at;
}

const using = pipelineFile(`
import { existsSync, readFileSync } from "node:fs";
import { commandStep, modelUri } from "modelstack";

const own = step({ name: "own", inputs: { model: artifact.model() }, outputs: { file: artifact.file() } }, async ({ model }, { file, models }) => {
  if (existsSync("broken")) throw new Error("broken");
  const other = await models.load("models:/gulls@best?project=birds/sea");
  console.log(readFileSync(model.path, "utf8"), readFileSync(other.path, "utf8"));
  return { file: file("tuned.txt", "tuned") };
});
const program = commandStep({
  name: "program",
  inputs: { model: artifact.model() },
  outputs: { text: artifact.text() },
  command: ({ inputs, outputs }) => ["cp", inputs.model, outputs.text],
});
export default pipeline({ name: "using", params: z.object({ base: modelUri() }) }, ({ base }) => {
  const { file } = own({ model: base });
  const { text } = program({ model: base });
  registerModelStep({ name: "tuned", model: file });
  return { text };
});`);

describe("a model of another project of the registry's server", () => {
  let at: Project;
  beforeAll(async () => {
    at = await twoProjects({ "pipeline.ts": using });
  });
  afterAll(() => at[Symbol.dispose]());
  const base = "models:/gulls/latest?project=birds/sea";

  it("is loaded by the command, and not a second time by its digest", async () => {
    const paths: Record<string, string> = {};
    for (const reference of ["gulls/1.1.0?project=birds/sea", "gulls@best?project=birds/sea", "gulls/latest"]) {
      const { stdout } = await succeeded(stack(at.folder, ["models", "load", reference]));
      paths[reference] = stdout.trim();
    }
    const contents = Object.values(paths).map((path) => at.read(path.slice(at.folder.length + 1)));
    expect(contents).toEqual(["sea2", "sea", "land"]);

    // From here on the server has nothing to fetch.
    rmSync(`${at.folder}/server/birds/sea/models`, { recursive: true });
    const again = await succeeded(stack(at.folder, ["models", "load", base]));
    expect(again.stdout.trim()).toBe(paths["gulls/1.1.0?project=birds/sea"]);
  });

  it("is loaded from code, whose test takes it from the cache", async () => {
    const code = `import { readFileSync } from "node:fs";
      import { loadModel } from "modelstack";
      const { path, version } = await loadModel(${JSON.stringify(base)});
      console.log(readFileSync(path, "utf8"), version.version, version.stack, version.uri);`;
    at.write("load.ts", code);
    const { stdout } = await succeeded(stack(at.folder, [], { launcher: `${at.folder}/load.ts` }));
    expect(stdout).toBe(`sea2 1.1.0 team ${base}\n`);
  });

  it("goes into steps and programs, and lineage says from where", async () => {
    const { stderr } = await succeeded(stack(at.folder, ["run", "pipeline.ts", "--param", `base=${base}`]));
    expect(stderr).toContain("[own] sea2 sea");
    const { tags } = await json<{ tags: Record<string, string> }>(
      stack(at.folder, ["models", "show", "tuned/latest", "--json"]),
    );
    expect(JSON.parse(tags["modelstack.inputs"]!)).toEqual({
      "models:/gulls/1.0.0?project=birds/sea": sha256("sea"),
      "models:/gulls/1.1.0?project=birds/sea": sha256("sea2"),
    });
    const { nodes } = await json<{ nodes: { kind: string; id: string; place?: object; stages?: object }[] }>(
      stack(at.folder, ["models", "show", "tuned/latest", "--lineage", "--json"]),
    );
    const above = nodes.filter(({ kind, id }) => kind === "version" && id.includes("gulls"));
    expect(above.map(({ id }) => id).toSorted()).toEqual([
      "version:team/gulls/1.0.0?project=birds/sea",
      "version:team/gulls/1.1.0?project=birds/sea",
    ]);
    // The other project was asked for them.
    expect(above).toEqual(above.map(() => expect.objectContaining({ place: { project: "birds/sea" }, stages: [] })));
  });

  it("is the version of that project again when a step runs alone", async () => {
    at.write("broken", "");
    expect((await stack(at.folder, ["run", "pipeline.ts", "--param", `base=${base}`])).exit).toBe(1);
    rmSync(`${at.folder}/broken`);
    const { stderr } = await succeeded(stack(at.folder, ["step", "run", "latest", "own"]));
    expect(stderr).toContain("[own] sea2 sea");
  });
});

const refused = (reference: string, exit: number, code: string, ...says: readonly (string | RegExp)[]) => ({
  name: reference,
  files: { "stack.yaml": onServer("birds/land") },
  prepare: (at: Project) => installPlugin(at, projectsPlugin),
  argv: ["models", "load", reference],
  exit,
  code,
  says,
});

describe("a reference to another place is refused", () => {
  refuses(stack, [
    refused("gulls/1.0.0?projekt=birds", 2, "NAME_INVALID", 'did you mean "project"?', "Known: stack, project"),
    refused(
      "gulls/1.0.0?project=birds&stack=local",
      2,
      "NAME_INVALID",
      'has the unknown key "project"',
      "Known: stack",
    ),
    refused("gulls/1.0.0?project=Birds", 2, "FLAVOR_CONFIG_INVALID", "letters and slashes", "in ?project=Birds"),
    // Else a reference that somebody sends could tell them what a variable holds.
    refused("gulls/1.0.0?project=${env:HOME}", 2, "FLAVOR_CONFIG_INVALID", "got string", "${env:HOME}"),
    refused("gulls/1.0.0?project=birds/empty", 3, "MODEL_NOT_FOUND", "gulls"),
  ]);

  it("where models are looked at or changed", async () => {
    using at = await twoProjects();
    const outcome = await stack(at.folder, ["models", "show", "gulls/1.0.0?project=birds/sea"]);
    expect(outcome).toMatchObject({ exit: 2, stdout: "" });
    expect(outcome.stderr).toContain("[USAGE]");
  });
});

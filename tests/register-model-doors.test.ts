import {
  artifact,
  loadModel,
  openStack,
  pipeline,
  registerModel,
  registerModelStep,
  runPipeline,
  step,
} from "modelstack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { call, json, stack, succeeded } from "./support/command.ts";
import { delegatingPlugin, installPlugin } from "./support/plugin.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";
import { refuses, type Refusal } from "./support/refusals.ts";

interface Version {
  readonly version: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

const training = pipelineFile(`
  const train = step(
    { name: "train", params: z.object({ slope: z.number() }), outputs: { model: artifact.file() }, track: "own" },
    ({ slope }, { file, tracker }) => {
      tracker.logMetric("loss", 0.5);
      return { model: file("line.json", JSON.stringify({ slope })) };
    },
  );
  export default pipeline({ name: "lines" }, () => { train({ slope: 3 }); });`);

const registering = pipelineFile(`
  import { writeFileSync } from "node:fs";
  const train = step({ name: "train", outputs: { model: artifact.file() } }, (_, { file }) => {
    writeFileSync("ran.txt", "");
    return { model: file("m.txt", "m") };
  });
  export default pipeline({ name: "lines" }, () => { registerModelStep({ name: "line", ...train() }); });`);

describe("a model that is registered after the fact", () => {
  let at: Project;
  let run: { readonly id: string; readonly command: string };

  beforeAll(async () => {
    at = project({
      "pipeline.ts": training,
      "other.txt": "made elsewhere",
      "code.ts": `
        import { registerModel } from "modelstack";
        const model = { path: process.argv[2] };
        const run = process.argv[3];
        const { version } = await registerModel({ name: "coded", model, metrics: { r2: 0.9 }, ...(run ? { run } : {}) });
        console.log(version);`,
    });
    at.git("init", "--quiet");
    at.git("add", "pipeline.ts");
    at.git("commit", "--quiet", "--message", "First");
    await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    run = await json(call(at.folder, ["runs", "show", "latest", "--json"]));
  });
  afterAll(() => at[Symbol.dispose]());

  async function registered(argv: readonly string[]): Promise<Version> {
    const { version } = await json<Version>(stack(at.folder, ["models", "register", ...argv, "--json"]));
    return json(call(at.folder, ["models", "show", `${argv[0]!}/${version}`, "--json"]));
  }

  it("has the lineage of the run whose output it is", async () => {
    const { tags, params, metrics } = await registered([
      "from-run",
      "--run",
      "latest",
      "--step",
      "train",
      "--artifact",
      "model",
    ]);
    expect(tags).toMatchObject({
      "modelstack.pipeline_name": "lines",
      "modelstack.pipeline_run_id": run.id,
      "modelstack.step_name": "train",
      "modelstack.registered_by": "stack models register",
      "modelstack.command": run.command,
      "modelstack.git_commit": at.git("rev-parse", "HEAD"),
    });
    expect({ params, metrics }).toEqual({ params: { slope: "3" }, metrics: { loss: 0.5 } });
  });

  it("has no pipeline when it comes from a path, and says who registered it", async () => {
    const { tags } = await registered(["from-path", "other.txt", "--metric", "r2=0.9"]);
    expect(Object.keys(tags).filter((key) => /pipeline|step_name|inputs/.test(key))).toEqual([]);
    expect(tags).toMatchObject({
      "modelstack.registered_by": "stack models register",
      "modelstack.command": "npx stack models register from-path other.txt --metric r2=0.9 --json",
      "modelstack.git_commit": at.git("rev-parse", "HEAD"),
    });
  });

  it("has no pipeline when code registers it", async () => {
    const launcher = `${at.folder}/code.ts`;
    const { stdout } = await stack(at.folder, ["other.txt"], { launcher });
    const { tags, metrics } = await json<Version>(
      call(at.folder, ["models", "show", `coded/${stdout.trim()}`, "--json"]),
    );
    expect(tags["modelstack.registered_by"]).toBe("registerModel()");
    expect(tags).not.toHaveProperty(["modelstack.pipeline_run_id"]);
    expect(metrics).toEqual({ r2: 0.9 });
  });

  it("has the lineage of the run that code names, if that run made it", async () => {
    at.write("line.json", '{"slope":3}');
    const { stdout } = await stack(at.folder, ["line.json", run.id], { launcher: `${at.folder}/code.ts` });
    const { tags } = await json<Version>(call(at.folder, ["models", "show", `coded/${stdout.trim()}`, "--json"]));
    expect(tags).toMatchObject({
      "modelstack.registered_by": "registerModel()",
      "modelstack.pipeline_run_id": run.id,
      "modelstack.step_name": "train",
    });
  });
});

const strict = stackFile("").replace("active: local\n", "active: local\nmodel_names: ^team-[a-z]+$\n");

function misnamed(door: string, argv: readonly string[], more: Partial<Refusal> = {}): Refusal {
  return {
    name: `${door} a model whose name does not match model_names:`,
    files: { "stack.yaml": strict, "m.txt": "m", "pipeline.ts": registering },
    argv,
    exit: 2,
    code: "NAME_INVALID",
    says: ['The model name "line" does not match model_names: ^team-[a-z]+$', "Choose a name that matches"],
    ...more,
  };
}

const withoutRegistry = "version: 1\nactive: bare\nstacks:\n  bare: {}\n";

/** A third party's registry that takes the versions that it is given. */
function installGiven(at: Project): void {
  const given = `(registry) => new Proxy(registry, {
    get: (target, key) => {
      if (key === "capabilities") return { ...target.capabilities, versions: "given" };
      const value = target[key];
      return typeof value === "function" ? value.bind(target) : value;
    },
  })`;
  installPlugin(at, delegatingPlugin("given-flavor", "given", "{}", given));
}

const givenStack = stackFile()
  .replaceAll("flavor: local", "flavor: given")
  .replace("stacks:", "plugins: [given-flavor]\nstacks:");

describe("a registration that is refused", () => {
  refuses(stack, [
    {
      name: "by stack run: no version, where the registry takes those that it is given",
      files: { "stack.yaml": givenStack, "pipeline.ts": registering },
      prepare: installGiven,
      argv: ["run", "pipeline.ts"],
      exit: 2,
      code: "VERSION_REQUIRED",
      says: ["A version of line is to be registered without its number", "say version, or --version"],
    },
    {
      name: "by stack models register: no version, where the registry takes those that it is given",
      files: { "stack.yaml": givenStack, "m.txt": "m" },
      prepare: installGiven,
      argv: ["models", "register", "line", "m.txt"],
      exit: 2,
      code: "VERSION_REQUIRED",
      says: ["A version of line is to be registered without its number"],
    },
    misnamed("by stack run:", ["run", "pipeline.ts"]),
    misnamed("by stack models register:", ["models", "register", "line", "m.txt"]),
    misnamed("by stack models create:", ["models", "create", "line"]),
    misnamed("by stack models rename:", ["models", "rename", "team-a", "line"], {
      prepare: (at) => call(at.folder, ["models", "create", "team-a"]),
    }),
    {
      name: "by stack run: a stack without a registry, with the lines to add",
      files: { "stack.yaml": withoutRegistry, "pipeline.ts": registering },
      argv: ["run", "pipeline.ts"],
      exit: 2,
      code: "REGISTRY_MISSING",
      says: [
        'Step register-model registers the model line, but the stack "bare" has no model registry',
        /Add to .*\/stack\.yaml, under stacks: bare:/,
        "    experiment_tracker: { flavor: local }\n    model_registry: { flavor: local }",
      ],
    },
    {
      name: "by stack models: a stack without a registry, with the lines to add",
      files: { "stack.yaml": withoutRegistry },
      argv: ["models", "list"],
      exit: 2,
      code: "REGISTRY_MISSING",
      says: [
        'The stack "bare" has no model registry',
        "    experiment_tracker: { flavor: local }\n    model_registry: { flavor: local }",
      ],
    },
  ]);

  it.each([
    ["its name does not match", strict],
    ["there is no registry", withoutRegistry],
  ])("is refused before any step runs when %s", async (_why, yaml) => {
    using at = project({ "stack.yaml": yaml, "pipeline.ts": registering });
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject({ exit: 2 });
    expect({ ran: at.has("ran.txt"), state: at.has(".stack") }).toEqual({ ran: false, state: false });
  });

  it("is refused before any step runs when the registry takes versions and is given none", async () => {
    using at = project({ "stack.yaml": givenStack, "pipeline.ts": registering });
    installGiven(at);
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject({ exit: 2 });
    expect({ ran: at.has("ran.txt"), state: at.has(".stack") }).toEqual({ ran: false, state: false });
  });

  it("by registerModel(): a name that does not match", async () => {
    using at = project({
      "stack.yaml": strict,
      "m.txt": "m",
      "code.ts": `
        import { registerModel } from "modelstack";
        await registerModel({ name: "line", model: { path: "m.txt" } }).catch(({ code }) => console.log(code));`,
    });
    expect(await stack(at.folder, [], { launcher: `${at.folder}/code.ts` })).toMatchObject({
      stdout: "NAME_INVALID\n",
    });
  });
});

describe("code on a stack without a registry", () => {
  it.each([
    ["loadModel()", (cwd: string) => loadModel("models:/line/1", { cwd })],
    ["registerModel()", (cwd: string) => registerModel({ name: "line", model: { path: `${cwd}/m.txt` } }, { cwd })],
  ])("is told by %s which lines to add", async (_name, use) => {
    using at = project({ "stack.yaml": withoutRegistry, "m.txt": "m" });
    await expect(use(at.folder)).rejects.toMatchObject({
      code: "REGISTRY_MISSING",
      hint: expect.stringContaining("    model_registry: { flavor: local }") as unknown,
    });
  });
});

describe("two stacks in one process", () => {
  const train = step(
    { name: "train", params: z.object({ n: z.int() }), outputs: { model: artifact.file() } },
    async ({ n }, { file, tracker }) => {
      tracker.logMetric("n", n);
      await new Promise((done) => setImmediate(done));
      return { model: file("m.txt", String(n)) };
    },
  );
  const both = pipeline({ name: "both", params: z.object({ n: z.int() }) }, ({ n }) => {
    const { version } = registerModelStep({ name: "line", ...train({ n }) });
    return { version };
  });

  it("share nothing, while both run", async () => {
    using one = project({ "stack.yaml": stackFile() });
    using two = project({ "stack.yaml": stackFile() });
    await using first = await openStack({ cwd: one.folder });
    await using second = await openStack({ cwd: two.folder });
    const runs = await Promise.all([
      runPipeline(both, { stack: first, params: { n: 1 } }),
      runPipeline(both, { stack: second, params: { n: 2 } }),
      runPipeline(both, { stack: second, params: { n: 3 } }),
    ]);
    expect(await first.modelRegistry()).not.toBe(await second.modelRegistry());
    const seen = async (at: typeof first) => {
      const metadata = await at.metadataStore();
      const registry = (await at.modelRegistry())!;
      const ids = (await metadata.listRuns()).items.map(({ id }) => id);
      const versions = (await registry.listModelVersions({ model: "line" })).items;
      return { ids: ids.sort(), metrics: versions.map(({ metrics }) => metrics["n"]).sort() };
    };
    expect(await seen(first)).toEqual({ ids: [runs[0].runId], metrics: [1] });
    expect(await seen(second)).toEqual({ ids: [runs[1].runId, runs[2].runId].sort(), metrics: [2, 3] });
  });

  it("of one stack.yaml have each their own configuration, and one stays open when the other is closed", async () => {
    using at = project({
      "stack.yaml": `${stackFile()}  semantic:
    experiment_tracker: { flavor: local }
    model_registry: { flavor: local, versions: semver }
`,
    });
    const counting = await openStack({ cwd: at.folder });
    await using semantic = await openStack({ cwd: at.folder, stack: "semantic" });
    expect((await counting.modelRegistry())!.capabilities.versions).toBe("assigned");
    expect((await semantic.modelRegistry())!.capabilities.versions).toBe("semver");
    await counting[Symbol.asyncDispose]();
    const run = await runPipeline(both, { stack: semantic, params: { n: 1 } });
    expect(run.outputs.version.version).toBe("1.0.0");
  });
});

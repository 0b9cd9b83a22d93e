import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { installPlugin, teamPlugin } from "./support/plugin.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

const sha256 = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** Two stacks of one project: the registry of `team` is another one. */
const twoStacks = `${stackFile()}
  team:
    experiment_tracker: { flavor: team }
    model_registry: { flavor: team }
plugins: [team-server]
`;

/** `first` prints what it got, `second` too, unless the file `broken` is there; `train` makes a model of them. */
const scoring = pipelineFile(`
import { existsSync, readFileSync } from "node:fs";
import { modelUri } from "modelstack";

const said = ({ path, version }) => readFileSync(path, "utf8") + " " + version.model + "/" + version.version + " " + version.uri;
const first = step({ name: "first", inputs: { model: artifact.model() }, outputs: { text: artifact.text() } }, async ({ model }, { models }) => {
  if (process.env.PROMOTE) await models.promote("line", process.env.PROMOTE, "Production");
  console.log(said(model));
  return { text: said(model) };
});
const second = step(
  { name: "second", inputs: { text: artifact.text(), model: artifact.model(), rest: list(artifact.model()) }, outputs: { file: artifact.file() } },
  async ({ model, rest }, { file, models }) => {
    if (existsSync("broken")) throw new Error("broken");
    const own = await models.load("models:/line@own");
    for (const one of [model, ...rest, own]) console.log(said(one));
    return { file: file("tuned.txt", "tuned " + readFileSync(model.path, "utf8")) };
  },
);
export default pipeline({ name: "scoring", params: z.object({ base: modelUri().default("models:/line/Production") }) }, ({ base }) => {
  const { text } = first({ model: base });
  const { file } = second({ text, model: base, rest: ["models:/line/1"] });
  registerModelStep({ name: "tuned", model: file });
});`);

/** A project with versions 1 (Production) and 2 (own) of line, whose files hold "one" and "two". */
async function scoringProject(): Promise<Project> {
  const at = project({ "stack.yaml": stackFile(), "pipeline.ts": scoring, "one.txt": "one", "two.txt": "two" });
  await succeeded(stack(at.folder, ["models", "register", "line", "one.txt", "--stage", "Production"]));
  await succeeded(stack(at.folder, ["models", "register", "line", "two.txt", "--alias", "own"]));
  return at;
}

/** What the steps of a run printed, in order. */
const printed = (stderr: string) => [...stderr.matchAll(/^ *\[\w+\] (.*)$/gm)].map(([, text]) => text);

interface Fact {
  readonly fact: string;
  readonly input?: { readonly name: string; readonly digest: string; readonly from: Readonly<Record<string, string>> };
  readonly event?: { readonly kind: string; readonly references: readonly Readonly<Record<string, string>>[] };
}

/** The facts that a project's store holds. */
async function factsOf(at: Project): Promise<Fact[]> {
  at.write(
    "facts.ts",
    `import { openStack } from "modelstack";
     await using stack = await openStack();
     for await (const line of (await stack.metadataStore()).export()) console.log(line);`,
  );
  const { stdout } = await succeeded(stack(at.folder, [], { launcher: `${at.folder}/facts.ts` }));
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Fact);
}

describe("a run whose steps take registered models", () => {
  let at: Project;
  let stderr: string;
  let facts: Fact[];

  beforeAll(async () => {
    at = await scoringProject();
    // `first` promotes the other version while the run goes on.
    ({ stderr } = await succeeded(stack(at.folder, ["run", "pipeline.ts"], { env: { PROMOTE: "2" } })));
    facts = await factsOf(at);
  });
  afterAll(() => at[Symbol.dispose]());

  it("gives all of them the version that a reference meant when it began, though it is promoted meanwhile", async () => {
    expect(printed(stderr)).toEqual([
      "one line/1 models:/line/Production",
      "one line/1 models:/line/Production",
      "one line/1 models:/line/1",
      "two line/2 models:/line@own",
    ]);
    const production = await json<{ version: string }>(
      stack(at.folder, ["models", "show", "line/production", "--json"]),
    );
    expect(production.version).toBe("2");
  });

  it("writes down once what each reference meant, and what a body asked for by itself", () => {
    const resolved = facts.flatMap(({ event }) => (event?.kind === "references-resolved" ? [event.references] : []));
    const one = { stack: "local", model: "line", version: "1", digest: sha256("one") };
    expect(resolved).toEqual([
      [
        { uri: "models:/line/Production", ...one },
        { uri: "models:/line/1", ...one },
      ],
      [{ uri: "models:/line@own", stack: "local", model: "line", version: "2", digest: sha256("two") }],
    ]);
  });

  it("says of each attempt which versions it received", () => {
    const received = facts.flatMap(({ input }) => (input?.from["model"] === undefined ? [] : [input]));
    const from = (uri: string, version: string) => ({ uri, model: "line", version, stack: "local" });
    expect(received.map(({ name, digest, from: origin }) => ({ name, digest, from: origin }))).toEqual(
      [
        { name: "model", digest: sha256("one"), from: from("models:/line/Production", "1") },
        { name: "model", digest: sha256("one"), from: from("models:/line/Production", "1") },
        { name: "rest", digest: sha256("one"), from: from("models:/line/1", "1") },
        { name: "models:/line@own", digest: sha256("two"), from: from("models:/line@own", "2") },
      ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  });

  it("names them in the lineage of a model that was made from them", async () => {
    const { tags } = await json<{ tags: Record<string, string> }>(
      stack(at.folder, ["models", "show", "tuned/1", "--json"]),
    );
    expect(JSON.parse(tags["modelstack.inputs"]!)).toEqual({
      "first.text": sha256("one line/1 models:/line/Production"),
      "models:/line/1": sha256("one"),
      "models:/line/2": sha256("two"),
    });
  });

  it("can be told to take another one", async () => {
    const argv = ["run", "pipeline.ts", "--param", "base=models:/line@own"];
    expect(printed((await succeeded(stack(at.folder, argv))).stderr)[0]).toBe("two line/2 models:/line@own");
  });
});

describe("a step that is run again in another process", () => {
  it("takes the versions that the run began with", async () => {
    using at = await scoringProject();
    at.write("broken", "");
    expect((await stack(at.folder, ["run", "pipeline.ts"])).exit).toBe(1);
    at.write("three.txt", "three");
    await succeeded(stack(at.folder, ["models", "register", "line", "three.txt", "--stage", "Production"]));
    await succeeded(stack(at.folder, ["models", "alias", "line/3", "own"]));
    rmSync(`${at.folder}/broken`);

    const { stderr } = await succeeded(stack(at.folder, ["step", "run", "latest", "second"]));

    // What no process had asked for before means what it means now.
    expect(printed(stderr)).toEqual([
      "one line/1 models:/line/Production",
      "one line/1 models:/line/1",
      "three line/3 models:/line@own",
    ]);
  });
});

describe("a model in another stack's registry", () => {
  it("is taken from there, and its lineage says so", async () => {
    using at = project({
      "stack.yaml": twoStacks,
      "one.txt": "one",
      "pipeline.ts": pipelineFile(`
        const pass = step({ name: "pass", inputs: { model: artifact.model() }, outputs: { file: artifact.file() } }, ({ model }, { file }) => ({
          file: file("passed.txt", model.version.stack + " " + model.version.version),
        }));
        export default pipeline({ name: "passing" }, () => {
          registerModelStep({ name: "passed", model: pass({ model: "models:/line/latest?stack=team" }).file });
          registerModelStep.named("copy")({ name: "copied", model: "models:/line/1?stack=team" });
        });`),
    });
    installPlugin(at, teamPlugin);
    await succeeded(stack(at.folder, ["models", "register", "line", "one.txt", "--stack", "team"]));

    await succeeded(stack(at.folder, ["run", "pipeline.ts"]));

    for (const name of ["passed", "copied"]) {
      const shown = stack(at.folder, ["models", "show", `${name}/1`, "--json"]);
      const { tags, modelDigest } = await json<{ tags: Record<string, string>; modelDigest: string }>(shown);
      expect(JSON.parse(tags["modelstack.inputs"]!)).toEqual({ "models:/line/1?stack=team": sha256("one") });
      expect(modelDigest).toBe(sha256(name === "passed" ? "team 1" : "one"));
    }
    // The stack's own registry has none of that name.
    expect(await stack(at.folder, ["models", "show", "line"])).toMatchObject({ exit: 3 });
  });
});

const uses = (uri: string) =>
  pipelineFile(`
    import { writeFileSync } from "node:fs";
    const early = step({ name: "early", outputs: { text: artifact.text() } }, () => {
      writeFileSync("ran.txt", "");
      return { text: "" };
    });
    const use = step({ name: "use", inputs: { text: artifact.text(), model: artifact.model() } }, () => {});
    export default pipeline({ name: "using" }, () => { use({ text: early().text, model: ${JSON.stringify(uri)} }); });`);

const refused = (uri: string, exit: number, code: string, ...says: readonly (string | RegExp)[]) => ({
  name: `a reference to ${uri}`,
  files: { "stack.yaml": stackFile("  bare: {}\n"), "pipeline.ts": uses(uri) },
  argv: ["run", "pipeline.ts"],
  exit,
  code,
  says,
});

describe("a run is refused with", () => {
  refuses(stack, [
    refused("models:/gone/1", 3, "MODEL_NOT_FOUND", "Step use needs models:/gone/1: "),
    refused("models:/gone@best?stack=bare", 2, "REGISTRY_MISSING", "Step use needs", "Add to stack"),
    refused("models:/gone/1?stack=tam", 3, "STACK_NOT_FOUND", "Step use needs", "Stacks: local, bare"),
    refused("models:/gone", 2, "PIPELINE_INVALID", "input model of use", "Write models:/NAME/VERSION"),
    refused(
      "models:/gone/1?project=7",
      2,
      "NAME_INVALID",
      "Step use needs",
      'has the unknown key "project"',
      "Known: stack",
    ),
    refused("models:/gone/1?project", 2, "PIPELINE_INVALID", "input model of use", "has no value"),
  ]);

  it("nothing having run, and no run left behind", async () => {
    using at = project({ "stack.yaml": stackFile(), "pipeline.ts": uses("models:/gone/latest") });
    expect((await stack(at.folder, ["run", "pipeline.ts"])).exit).toBe(3);
    expect(at.has("ran.txt")).toBe(false);
    expect(await json(stack(at.folder, ["runs", "list", "--json"]))).toEqual([]);
  });
});

describe("a deprecated version", () => {
  it.each([
    [
      "line/1",
      ["modelstack.deprecated=it drifts", "modelstack.deprecated_use=2"],
      "line/1 (models:/line/Production) is deprecated: it drifts. Use line/2 instead.",
    ],
    ["line", ["modelstack.deprecated="], "line/1 (models:/line/Production) is deprecated."],
  ])("%s says so once in a run, with its replacement", async (what, tags, warning) => {
    using at = await scoringProject();
    await succeeded(stack(at.folder, ["models", "tag", what, ...tags]));
    const { stderr } = await succeeded(
      stack(at.folder, ["run", "pipeline.ts", "--param", "base=models:/line/Production"]),
    );
    expect(stderr.split("\n").filter((line) => line.includes("models:/line/Production) is deprecated"))).toEqual([
      `warning: ${warning}`,
    ]);
  });
});

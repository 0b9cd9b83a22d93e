import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStack, type ModelState, type RegistryChange } from "modelstack";
import { call, json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

const models = (at: Project, ...argv: readonly string[]) => succeeded(call(at.folder, ["models", ...argv]));

/** Registers so many versions of the model `line`. */
async function register(at: Project, count: number): Promise<void> {
  for (let made = 1; made <= count; made++) await models(at, "register", "line", at.write("m.txt", `${made}`));
}

describe("stack models history", () => {
  let at: Project;
  let changes: RegistryChange[];
  const history = (...argv: readonly string[]) =>
    json<RegistryChange[]>(call(at.folder, ["models", "history", ...argv, "--json"]));
  const stateAt = (moment: string, what = "line") =>
    json<ModelState>(call(at.folder, ["models", "history", what, "--at", moment, "--json"]));

  beforeAll(async () => {
    at = project();
    await register(at, 2);
    await models(at, "promote", "line/1", "production", "--reason", "the first");
    await models(at, "alias", "line/1", "champion");
    await models(at, "promote", "line/2", "production", "--archive-previous", "--reason", "better recall");
    await models(at, "alias", "line/2", "champion");
    await models(at, "comment", "line", "for the bird team");
    changes = await history("line");
  });
  afterAll(() => at[Symbol.dispose]());

  it("tells who changed what, when, from where, to where and why, oldest first", () => {
    expect(changes.map(({ kind, version, from, to }) => [kind, version, from, to])).toEqual([
      ["created", undefined, undefined, "line"],
      ["created", "1", undefined, "1"],
      ["created", "2", undefined, "2"],
      ["stage", "1", "None", "Production"],
      ["alias", "1", undefined, "1"],
      ["stage", "1", "Production", "Archived"],
      ["stage", "2", "None", "Production"],
      ["alias", "2", "1", "2"],
      ["comment", undefined, undefined, "for the bird team"],
    ]);
    expect(changes.slice(5, 7).map(({ reason }) => reason)).toEqual(["better recall", "better recall"]);
    expect(changes.map(({ at: when }) => when)).toEqual(changes.map(({ at: when }) => when).toSorted());
    expect(new Set(changes.map(({ actor }) => actor)).size).toBe(1);
  });

  it("reads as lines that say the same", async () => {
    const { stdout } = await models(at, "history", "line");
    expect(stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "|").split("|").slice(2).join("|"))).toEqual([
      "VERSION|CHANGE|WHY|RUN",
      "made",
      "1|registered",
      "2|registered",
      "1|stage: None -> Production|the first",
      "1|alias champion: 1",
      "1|stage: Production -> Archived|better recall",
      "2|stage: None -> Production|better recall",
      "2|alias champion: 1 -> 2",
      "comment: for the bird team",
      "",
    ]);
  });

  it("tells the changes of one version alone, however it is named", async () => {
    const own = changes.filter(({ version }) => version === "2");
    expect(await history("line/2")).toEqual(own);
    expect(await history("line@champion")).toEqual(own);
    expect(await history("models:/line/production")).toEqual(own);
  });

  it("goes on after its first hundred changes", async () => {
    using many = project();
    await register(many, 1);
    await using opened = await openStack({ cwd: many.folder });
    const registry = (await opened.modelRegistry())!;
    for (let count = 1; count <= 120; count++) await registry.addComment("line", "1", `${count}`, { actor: "ada" });
    const told = await json<RegistryChange[]>(call(many.folder, ["models", "history", "line/1", "--json"]));
    expect(told.slice(1).map(({ to }) => Number(to))).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  });

  it("says which version held what at a moment", async () => {
    const moment = (index: number) => String(changes[index]!.at);
    expect(await stateAt(moment(4))).toMatchObject({
      exists: true,
      versions: [
        { version: "2", stage: "None", aliases: [] },
        { version: "1", stage: "Production", stages: ["Production"], aliases: ["champion"] },
      ],
    });
    expect(await stateAt(moment(7))).toMatchObject({
      versions: [
        { version: "2", stage: "Production", aliases: ["champion"] },
        { version: "1", stage: "Archived", aliases: [] },
      ],
    });
    expect((await stateAt(moment(7), "line/1")).versions).toMatchObject([{ version: "1", stage: "Archived" }]);
  });

  it("agrees at this moment with what the registry says", async () => {
    const versions = await json<object[]>(call(at.folder, ["models", "versions", "line", "--json"]));
    const { versions: told } = await stateAt("2999-01-01");
    expect(versions).toMatchObject(told);
  });

  it("says so when the model was not there yet", async () => {
    expect((await models(at, "history", "line", "--at", "2001-02-03T04:05+01:00")).stdout).toBe(
      "line was not there at 2001-02-03T03:05:00.000Z\n",
    );
    expect(await stateAt("2001-02-03")).toEqual({
      model: "line",
      at: "2001-02-03T00:00:00.000Z",
      exists: false,
      versions: [],
    });
  });

  it("names the run whose step made a change", async () => {
    using small = project({
      "pipeline.ts": pipelineFile(`
        const train = step({ name: "train", outputs: { model: artifact.file() } }, (_, { file }) => ({ model: file("m.txt", "m") }));
        export default pipeline({ name: "lines" }, () => { registerModelStep({ name: "line", ...train() }); });`),
    });
    await succeeded(stack(small.folder, ["run", "pipeline.ts"]));
    const [run] = await json<{ id: string }[]>(call(small.folder, ["runs", "list", "--json"]));
    const { stdout } = await models(small, "history", "line/1");
    expect(stdout).toMatch(new RegExp(`registered +registered by step register-model of run lines-.* +${run!.id}\n`));
  });

  refuses(call, [
    {
      name: "refuses a moment that is none",
      argv: ["models", "history", "line", "--at", "yesterday"],
      exit: 2,
      code: "USAGE",
      says: ['expected a date or a time as 2026-11-21 or 2026-11-21T09:30, got "yesterday"', "It is read in UTC"],
    },
    {
      name: "refuses a model that is not there",
      argv: ["models", "history", "absent"],
      exit: 3,
      code: "MODEL_NOT_FOUND",
      says: ["There is no model absent"],
    },
  ]);
});

describe("stack models comment", () => {
  it("is shown with the model or the version, with who said it and when", async () => {
    using at = project();
    await register(at, 1);
    await models(at, "comment", "line", "for the bird team");
    await models(at, "comment", "line/1", "checked\non the holdout set");
    const said = await json<{ comments: object[] }>(call(at.folder, ["models", "show", "line/1", "--json"]));
    expect(said.comments).toMatchObject([
      { text: "checked\non the holdout set", actor: expect.any(String), at: expect.stringMatching(/Z$/) },
    ]);
    expect((await models(at, "show", "line")).stdout).toMatch(/^comment: +for the bird team \(.*Z\)$/m);
  });

  it("may begin with a dash, after --", async () => {
    using at = project();
    await register(at, 1);
    await models(at, "comment", "--", "line/1", "--fine");
    const { comments } = await json<{ comments: object[] }>(call(at.folder, ["models", "show", "line/1", "--json"]));
    expect(comments).toMatchObject([{ text: "--fine" }]);
  });

  it("is kept without the secrets in it", async () => {
    using at = project();
    await register(at, 1);
    await models(at, "comment", "line/1", "the token is glpat-abcdefghij12345");
    expect((await models(at, "history", "line")).stdout).toContain("comment: the token is ***");
  });

  refuses(call, [
    {
      name: "refuses an empty comment",
      prepare: (at) => register(at, 1),
      argv: ["models", "comment", "line", " "],
      exit: 2,
      code: "USAGE",
      says: ["The comment is empty"],
    },
    {
      name: "refuses a comment that would act on a terminal",
      prepare: (at) => register(at, 1),
      argv: ["models", "comment", "line", "\u001b[31mred"],
      exit: 2,
      code: "NAME_INVALID",
      says: ["control characters"],
    },
  ]);
});

describe("stack models deprecate", () => {
  let at: Project;
  beforeAll(async () => {
    at = project();
    await register(at, 3);
    await models(at, "promote", "line/3", "production");
    await models(at, "deprecate", "line/1", "--reason", "too many errors", "--use", "production");
    await models(at, "deprecate", "line/2", "--reason", "by mistake");
    await models(at, "deprecate", "line/2", "--undo");
  });
  afterAll(() => at[Symbol.dispose]());

  it("keeps why, and what to use instead, as tags that any registry has", async () => {
    const { tags } = await json<{ tags: object }>(call(at.folder, ["models", "show", "line/1", "--json"]));
    expect(tags).toMatchObject({ "modelstack.deprecated": "too many errors", "modelstack.deprecated_use": "3" });
  });

  it("is shown wherever the version is, until it is taken back", async () => {
    expect((await models(at, "show", "line/1")).stdout).toMatch(/^deprecated: +too many errors; use 3 instead$/m);
    const { stdout } = await models(at, "versions", "line");
    expect(stdout).toMatch(/^1 \(deprecated\) /m);
    expect(stdout).toMatch(/^2 +None/m);
    expect((await models(at, "show", "line")).stdout).toMatch(/^1 \(deprecated\) /m);
    expect((await models(at, "show", "line/2")).stdout).not.toContain("deprecated");
  });

  it("is in the history as what it is", async () => {
    const { stdout } = await models(at, "history", "line");
    for (const text of [
      "deprecated: too many errors",
      "use 3 instead",
      "deprecated: by mistake",
      "no longer deprecated",
    ])
      expect(stdout).toContain(text);
  });

  it("forgets what to use instead when it is said anew without it", async () => {
    using other = project();
    await register(other, 2);
    await models(other, "deprecate", "line/1", "--reason", "slow", "--use", "2");
    const { stdout } = await models(other, "deprecate", "line/1", "--reason", "wrong");
    const { tags } = await json<{ tags: object }>(call(other.folder, ["models", "show", "line/1", "--json"]));
    expect(stdout).toBe("line/1 is deprecated: wrong\n");
    expect(tags).not.toHaveProperty(["modelstack.deprecated_use"]);
  });

  it("may be said of a whole model", async () => {
    using other = project();
    await register(other, 1);
    await models(other, "deprecate", "line", "--reason", "use penguins instead");
    expect((await models(other, "list")).stdout).toMatch(/^line \(deprecated\) /m);
    await models(other, "deprecate", "line", "--undo");
    expect((await models(other, "list")).stdout).not.toContain("deprecated");
  });

  const once = (found: Project) => register(found, 1);
  refuses(call, [
    {
      name: "refuses to go without a reason",
      prepare: once,
      argv: ["models", "deprecate", "line/1"],
      exit: 2,
      code: "USAGE",
      says: ["Say why it should not be used any more", "stack models deprecate line/1 --reason TEXT"],
    },
    {
      name: "refuses an empty reason",
      prepare: once,
      argv: ["models", "deprecate", "line/1", "--reason", " "],
      exit: 2,
      code: "NAME_INVALID",
      says: ["The reason of a deprecation is empty"],
    },
    {
      name: "refuses a replacement that is not there",
      prepare: once,
      argv: ["models", "deprecate", "line/1", "--reason", "slow", "--use", "7"],
      exit: 3,
      code: "MODEL_VERSION_NOT_FOUND",
      says: ["The model line has no version 7"],
    },
    {
      name: "refuses a version as its own replacement",
      prepare: once,
      argv: ["models", "deprecate", "line/1", "--reason", "slow", "--use", "latest"],
      exit: 3,
      code: "MODEL_VERSION_NOT_FOUND",
      says: ["Version 1 of line cannot replace itself"],
    },
    {
      name: "refuses to take back and replace at once",
      prepare: once,
      argv: ["models", "deprecate", "line/1", "--undo", "--use", "1"],
      exit: 2,
      code: "USAGE",
      says: ["--undo and --use cannot go together"],
    },
  ]);
});

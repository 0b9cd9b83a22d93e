import { describe, expect, it } from "vitest";
import { call, json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

interface Version {
  readonly version: string;
  readonly stage: string;
  readonly stages: readonly string[];
}

/** A project with so many versions of the model `line`, the first in Production. */
async function withVersions(count: number, files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const at = project(files);
  await prepare(at, count);
  return at;
}

async function prepare(at: Project, count: number): Promise<void> {
  for (let made = 1; made <= count; made++)
    await succeeded(call(at.folder, ["models", "register", "line", at.write("m.txt", `${made}`)]));
  await succeeded(call(at.folder, ["models", "promote", "line/1", "Production"]));
}

async function stages(at: Project): Promise<Record<string, string>> {
  const versions = await json<Version[]>(call(at.folder, ["models", "versions", "line", "--json"]));
  return Object.fromEntries(versions.map(({ version, stage }) => [version, stage]));
}

const promote = (at: Project, ...argv: readonly string[]) => call(at.folder, ["models", "promote", ...argv]);

describe("stack models promote", () => {
  it("archives the versions before", async () => {
    using at = await withVersions(2);
    await succeeded(promote(at, "line/2", "production", "--archive-previous", "--reason", "better recall"));
    expect(await stages(at)).toEqual({ 1: "Archived", 2: "Production" });
  });

  it("leaves the versions before where they are unless it is told otherwise", async () => {
    using at = await withVersions(2);
    await succeeded(promote(at, "line/2", "PRODUCTION"));
    expect(await stages(at)).toEqual({ 1: "Production", 2: "Production" });
  });

  it("promotes if the expected version, or nobody, holds the stage", async () => {
    using at = await withVersions(2);
    await succeeded(promote(at, "line/2", "production", "--expected-holder", "1"));
    await succeeded(promote(at, "line/1", "staging", "--expected-holder", "none"));
    expect(await stages(at)).toEqual({ 1: "Staging", 2: "Production" });
  });

  it("takes a version out of a stage, and leaves it where it is not in that stage", async () => {
    using at = await withVersions(1);
    const other = await succeeded(promote(at, "line/1", "staging", "--leave"));
    const left = await succeeded(promote(at, "line/1", "production", "--leave"));
    expect([other.stdout, left.stdout]).toEqual(["line/1 is in Production\n", "line/1 is in None\n"]);
  });

  it("knows the stages by their other names", async () => {
    using at = await withVersions(1);
    await succeeded(promote(at, "line/production", "retired"));
    const archived = await json<Version[]>(
      call(at.folder, ["models", "versions", "line", "--stage", "retired", "--json"]),
    );
    expect(archived).toMatchObject([{ version: "1", stage: "Archived", stages: ["Archived"] }]);
    await succeeded(promote(at, "line/Retired", "development", "--expected", "RETIRED"));
    expect(await stages(at)).toEqual({ 1: "None" });
  });

  refuses(call, [
    {
      name: "names the version that holds the stage when another one is expected",
      prepare: (at) => prepare(at, 2),
      argv: ["models", "promote", "line/2", "production", "--expected-holder", "2", "--archive-previous"],
      exit: 5,
      code: "EXPECTATION_FAILED",
      says: [
        "Stage Production of line is held by version 1, not by version 2 as expected",
        "stack models history line",
      ],
    },
    {
      name: "names the version that holds the stage when nobody is expected",
      prepare: (at) => prepare(at, 2),
      argv: ["models", "promote", "line/2", "production", "--expected-holder", "none"],
      exit: 5,
      code: "EXPECTATION_FAILED",
      says: ["Stage Production of line is held by version 1, not by nobody as expected"],
    },
    {
      name: "refuses to archive for a stage that serves nobody",
      prepare: (at) => prepare(at, 2),
      argv: ["models", "promote", "line/2", "archived", "--archive-previous"],
      exit: 2,
      code: "STAGE_INVALID",
      says: ["Versions in Archived cannot be archived for another one", "Staging and Production"],
    },
    {
      name: "refuses to leave one stage for another",
      prepare: (at) => prepare(at, 1),
      argv: ["models", "promote", "line/1", "production", "--leave", "--archive-previous"],
      exit: 2,
      code: "USAGE",
      says: ["--leave takes a version out of a stage"],
    },
  ]);
});

const train = `
  const train = step({ name: "train", outputs: { model: artifact.file() } }, (_, { file }) => ({ model: file("m.txt", "m") }));`;

describe("a step that promotes what it registers", () => {
  it("archives the version before, in any spelling that a run configuration uses", async () => {
    using at = await withVersions(1, {
      "pipeline.ts": pipelineFile(`${train}
        export default pipeline({ name: "lines" }, () => {
          registerModelStep({ name: "line", ...train(), stage: "staging" as "Staging" });
          const again = train.named("train-again")();
          registerModelStep.named("register-again")({
            name: "line", ...again, stage: "Production", archivePrevious: true, expectedHolder: "1",
          });
        });`),
    });
    await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    const found = await stages(at);
    expect(Object.values(found).sort()).toEqual(["Archived", "Production", "Staging"]);
    expect(found["1"]).toBe("Archived");
  });

  it("makes no version when another one holds the stage than expected", async () => {
    using at = await withVersions(1, {
      "pipeline.ts": pipelineFile(`${train}
        export default pipeline({ name: "lines" }, () => {
          registerModelStep({ name: "line", ...train(), stage: "Production", expectedHolder: null });
        });`),
    });
    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts"]);
    expect(exit).toBe(1);
    expect(stderr).toContain(
      "Stage Production of line is held by version 1, not by nobody as expected. [EXPECTATION_FAILED]",
    );
    expect(await stages(at)).toEqual({ 1: "Production" });
  });

  it("may be any body, with context.models", async () => {
    using at = await withVersions(2, {
      "pipeline.ts": pipelineFile(`
        const promote = step({ name: "promote", outputs: { stage: artifact.text() } }, async (_, { models }) => {
          const how = { reason: "better recall", archivePrevious: true, expectedHolder: "1" };
          return { stage: (await models.promote("line", "2", "Production", how)).stage };
        });
        export default pipeline({ name: "promoting" }, () => { promote(); });`),
    });
    await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    expect(await stages(at)).toEqual({ 1: "Archived", 2: "Production" });
  });
});

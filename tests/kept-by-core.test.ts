import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack, succeeded } from "./support/command.ts";
import { delegatingPlugin, installPlugin } from "./support/plugin.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";

/** A third party's registry that only declares that core keeps history, comments and stages for it. */
const bare = `(registry) => new Proxy(registry, {
  get: (target, key) => {
    if (key === "capabilities")
      return { ...target.capabilities, history: "metadata-store", comments: "metadata-store", stages: "emulated" };
    if (key === "address") return "https://models.example.org";
    if (["history", "addComment", "listComments", "setStage", "leaveStage"].includes(key)) return undefined;
    const value = target[key];
    return typeof value === "function" ? value.bind(target) : value;
  },
})`;

describe("a plugin's registry without history, comments and stages", () => {
  let at: Project;
  const models = (...argv: readonly string[]) => succeeded(call(at.folder, ["models", ...argv]));

  beforeAll(async () => {
    at = project({
      "stack.yaml": stackFile()
        .replaceAll("flavor: local", "flavor: bare")
        .replace("stacks:", "plugins: [bare-flavor]\nstacks:"),
      "pipeline.ts": pipelineFile(`
        const train = step({ name: "train", outputs: { model: artifact.file() } }, (_, { file }) => ({ model: file("m.txt", "m") }));
        export default pipeline({ name: "lines" }, () => {
          registerModelStep({ name: "line", ...train(), stage: "Production", archivePrevious: true });
        });`),
    });
    installPlugin(at, delegatingPlugin("bare-flavor", "bare", "{}", bare));
    for (const _ of [1, 2]) await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    await models("comment", "line/2", "checked");
    await models("promote", "line/1", "staging", "--reason", "as a spare");
  });
  afterAll(() => at[Symbol.dispose]());

  it("has stages that another process sees", async () => {
    const versions = await json(stack(at.folder, ["models", "versions", "line", "--json"]));
    expect(versions).toMatchObject([
      { version: "2", stage: "Production" },
      { version: "1", stage: "Staging" },
    ]);
    expect(await json(call(at.folder, ["models", "show", "line/production", "--json"]))).toMatchObject({
      version: "2",
      comments: [{ text: "checked" }],
    });
  });

  it("has a history", async () => {
    const changes = await json<{ kind: string; version?: string; to?: string; reason?: string }[]>(
      call(at.folder, ["models", "history", "line", "--json"]),
    );
    expect(changes.map(({ kind, version, to }) => [kind, version, to])).toEqual([
      ["created", undefined, "line"],
      ["created", "1", "1"],
      ["stage", "1", "Production"],
      ["created", "2", "2"],
      ["stage", "1", "Archived"],
      ["stage", "2", "Production"],
      ["comment", "2", "checked"],
      ["stage", "1", "Staging"],
    ]);
    expect(changes.at(-1)!.reason).toBe("as a spare");
  });

  it("lets one win of two that expect the same holder", async () => {
    const { exit, stderr } = await call(at.folder, [
      "models",
      "promote",
      "line/1",
      "production",
      "--expected-holder",
      "1",
    ]);
    expect(exit).toBe(5);
    expect(stderr).toContain("Stage Production of line is held by version 2, not by version 1 as expected");
  });
});

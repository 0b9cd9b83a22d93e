import { describe, expect, it } from "vitest";
import { call, json, succeeded } from "./support/command.ts";
import { pipelineFile, project, stackFile } from "./support/project.ts";

const files = {
  "stack.yaml": stackFile(),
  "m.txt": "m",
  "pipeline.ts": pipelineFile(`
    const make = step({ name: "make", outputs: { model: artifact.file() } }, (_inputs, { file }) => ({ model: file("m.txt", "m") }));
    export default pipeline({ name: "p" }, () => registerModelStep({ name: "birds", model: make().model }));`),
};
const env = { NO_COLOR: "1" };

/** What a command says at its end on a terminal, and that it is on stderr. */
async function nextOf(folder: string, ...argv: string[]): Promise<string> {
  const { stdout, stderr } = await succeeded(call(folder, argv, { terminal: 80, env }));
  expect(stdout).not.toContain("next:");
  return /^next: [^]*/m.exec(stderr)?.[0] ?? "";
}

describe("on a terminal, what may come next", () => {
  it("is after a run to look at it and at what it registered, and to compare it with the one before", async () => {
    using at = project(files);
    const first = await nextOf(at.folder, "run", "pipeline.ts");
    expect(first).toMatch(/^next: stack runs show [\da-f-]{36}\n {6}stack models show birds\/1\n$/);
    const second = await nextOf(at.folder, "run", "pipeline.ts");
    const [, before = "", it = ""] = /^ {6}stack runs compare (\S+) (\S+)$/m.exec(second)!;
    expect(first).toContain(before);
    expect(second).toContain(`next: stack runs show ${it}`);
    await succeeded(call(at.folder, ["runs", "compare", before, it]));
  });

  it.each([
    [["models", "register", "birds", "m.txt"], "models show birds/2"],
    [["models", "create", "whales"], "models register whales PATH"],
    [["models", "alias", "birds/1", "best"], "models load birds@best"],
    [["models", "promote", "birds/1", "production"], "models history birds"],
  ])("is after stack %j: stack %s", async (argv, wanted) => {
    using at = project(files);
    await succeeded(call(at.folder, ["models", "register", "birds", "m.txt"]));
    expect(await nextOf(at.folder, ...argv)).toBe(`next: stack ${wanted}\n`);
  });

  it("is not said with --json, nor where nobody sits at a terminal", async () => {
    using at = project(files);
    const asJson = await succeeded(call(at.folder, ["models", "create", "a", "--json"], { terminal: 80, env }));
    const inPipe = await succeeded(call(at.folder, ["models", "create", "b"], { env }));
    expect(asJson.stderr + inPipe.stderr).toBe("");
    await json(call(at.folder, ["run", "pipeline.ts", "--json"], { terminal: 80, env }));
  });
});

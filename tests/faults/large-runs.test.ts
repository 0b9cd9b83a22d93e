import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call, json, stack, succeeded } from "../support/command.ts";
import { pipelineFile, project } from "../support/project.ts";

const MIB = 1024 * 1024;

/** The only log file in a project. */
function logIn(folder: string): string {
  const logs = join(folder, ".stack", "logs");
  const [run] = readdirSync(logs);
  const [file] = readdirSync(join(logs, run!));
  return join(logs, run!, file!);
}

describe("a step that prints 2 GiB", () => {
  // Without a pause between its chunks, so that nothing gets a chance to drain.
  const loud = pipelineFile(`
    import { writeFileSync } from "node:fs";
    const loud = step({ name: "loud" }, () => {
      const chunk = Buffer.from("all work and no play makes a dull log\\n".repeat(27_594));
      for (let written = 0; written < 2 ** 31; written += chunk.byteLength) process.stdout.write(chunk);
      writeFileSync("memory.txt", String(process.resourceUsage().maxRSS));
    });
    export default pipeline({ name: "loud" }, () => { loud(); });`);

  it("B07 finishes in little memory, with a log that is cut and says so", async () => {
    using at = project({ "pipeline.ts": loud });
    const { stderr } = await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    expect(Number(at.read("memory.txt")) * 1024).toBeLessThan(400 * MIB);
    expect(statSync(logIn(at.folder)).size).toBeLessThan(17 * MIB);
    const note = /\[the log is full at 16777216 bytes; (\d+) more were dropped\]/.exec(
      at.read(logIn(at.folder).slice(at.folder.length)),
    );
    expect(Number(note?.[1])).toBeGreaterThan(2 ** 31 - 17 * MIB);
    expect(stderr.length).toBeLessThan(32 * MIB);
    expect(stderr).toContain("[the log is full at 16777216 bytes; the rest is dropped]");
  });
});

describe("a pipeline of 2,000 steps", () => {
  const number = "const number = artifact.json(z.number());";
  const first = 'const first = step({ name: "first", outputs: { x: number } }, () => ({ x: 1 }));';
  const add =
    'const add = step({ name: "add", inputs: { x: number }, outputs: { x: number } }, ({ x }) => ({ x: x + 1 }));';

  it("B18 finishes as a chain, with the value handed on 2,000 times", async () => {
    using at = project({
      "pipeline.ts": pipelineFile(`${number}${first}${add}
        const say = step({ name: "say", inputs: { x: number } }, ({ x }) => console.log("sum", x));
        export default pipeline({ name: "chain" }, () => {
          let { x } = first();
          for (let i = 1; i < 1999; i++) ({ x } = add.named("add-" + i)({ x }));
          say({ x });
        });`),
    });
    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts"]);
    expect(exit).toBe(0);
    expect(stderr).toContain("[say] sum 1999");
  });

  it("B18 finishes as one step with 1,999 dependents, and can be shown", async () => {
    using at = project({
      "pipeline.ts": pipelineFile(`${number}${first}${add}
        export default pipeline({ name: "wide" }, () => {
          const { x } = first();
          for (let i = 1; i < 2000; i++) add.named("add-" + i)({ x });
        });`),
    });
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject({ exit: 0 });
    const { steps } = await json<{ steps: { status: string }[] }>(
      call(at.folder, ["runs", "show", "latest", "--json"]),
    );
    expect(steps.filter(({ status }) => status === "succeeded")).toHaveLength(2000);
  });
});

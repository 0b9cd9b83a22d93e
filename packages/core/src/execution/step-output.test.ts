import { spawnSync } from "node:child_process";
import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// Streams and the end of a process are what this is about: each test has a process of its own.

const source = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
const PRELUDE = `
import { AttemptLog } from ${source("./attempt-log.ts")};
import { withStepOutput } from ${source("./step-output.ts")};
const step = async (instance, body, onPrint) => {
  const log = new AttemptLog(process.argv[2], "run", instance, "1");
  try { return await withStepOutput({ instance, log, onPrint }, body); } finally { log.close(); }
};
const tick = () => new Promise((resolve) => setImmediate(resolve));
`;

/** Runs a script that has \`step(instance, body, onPrint)\` and \`tick()\`, and gives what came out. */
function run(script: string) {
  using folder = mkdtempDisposableSync(join(tmpdir(), "step-output-"));
  const file = join(folder.path, "script.mjs");
  writeFileSync(file, PRELUDE + script);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, folder.path], { encoding: "utf8" });
  const log = (instance: string) => {
    try {
      return readFileSync(join(folder.path, `logs/run/${instance}.1.log`), "utf8");
    } catch {
      return undefined;
    }
  };
  return { stdout, stderr, status, logs: { a: log("a"), b: log("b") } };
}

describe("what a step prints", () => {
  it("goes to its log and to neither stdout nor stderr, from callbacks too", () => {
    const out = run(`
      await step("a", async () => {
        console.log("out");
        process.stderr.write("err\\n");
        process.stdout.write(Buffer.from("bytes é\\n"));
        await new Promise((resolve) => setTimeout(() => { console.log("callback"); resolve(); }));
      });
      console.log("after");
    `);
    expect(out).toMatchObject({ stdout: "after\n", stderr: "", status: 0 });
    expect(out.logs.a).toBe("out\nerr\nbytes é\ncallback\n");
  });

  it("is told to the listener, whose own printing goes to the terminal", () => {
    const out = run(`
      await step("a", async () => console.log("hello"), (instance, text) => process.stderr.write(instance + ": " + text));
    `);
    expect(out).toMatchObject({ stdout: "", stderr: "a: hello\n" });
    expect(out.logs.a).toBe("hello\n");
  });

  it("calls back when it was written, as a stream does", () => {
    const out = run(`
      await step("a", () => new Promise((resolve) => process.stdout.write("x", resolve)));
      await step("b", () => new Promise((resolve) => process.stdout.write("y", "utf8", resolve)));
      console.log("both returned");
    `);
    expect(out.stdout).toBe("both returned\n");
  });

  it("is kept apart from what another step prints at the same time", () => {
    const out = run(`
      const body = (text) => async () => {
        for (let i = 0; i < 3; i++) { console.log(text + i); await tick(); }
      };
      await Promise.all([step("a", body("a")), step("b", body("b"))]);
    `);
    expect(out.logs).toEqual({ a: "a0\na1\na2\n", b: "b0\nb1\nb2\n" });
    expect(out.stdout).toBe("");
  });

  it("still goes to its log when another step has ended before it", () => {
    const out = run(`
      const long = step("a", async () => { await tick(); await tick(); console.log("late"); });
      await step("b", async () => console.log("early"));
      await long;
      console.log("end");
    `);
    expect(out.logs).toEqual({ a: "late\n", b: "early\n" });
    expect(out.stdout).toBe("end\n");
  });

  it("J04 is shown without secrets", () => {
    const out = run(`
      await step("a", async () => console.log("glpat-abcdefghijklmnop"), (_, text) => process.stderr.write(text));
    `);
    expect(out.stderr).toBe("***\n");
    expect(out.logs.a).toBe("***\n");
  });
});

describe("a secret that a step prints in two pieces", () => {
  it("J04 is hidden in its log and on the terminal, and what follows at the end is shown", () => {
    const out = run(`
      await step("a", async () => {
        process.stdout.write("token glpat-abcdef");
        await tick();
        process.stdout.write("ghijklmnop, next glpat");
      }, (_, text) => process.stderr.write(text + "|"));
    `);
    expect(out.stderr).toBe("token |***, next |glpat|");
    expect(out.logs.a).toBe("token ***, next glpat");
  });
});

describe("a step that ends the process", () => {
  it("B08 fails instead, and says how to end a step", () => {
    const out = run(`
      const error = await step("a", async () => process.exit(0)).catch((error) => error);
      console.log(error.code + ": " + error.message + " " + error.hint);
    `);
    expect(out.stdout).toBe(
      "STEP_EXITED: Step a ended the process (process.exit(0)). Return from the step's body, or throw an error.\n",
    );
  });

  it("leaves the process free to end outside a step, even while one runs", () => {
    const out = run(`
      void step("a", () => new Promise((resolve) => setTimeout(resolve, 60_000)));
      process.exit(7);
    `);
    expect(out.status).toBe(7);
  });

  it("B01 by an error that a callback throws fails alone", () => {
    const out = run(`
      const error = await step("a", () => new Promise(() => {
        setImmediate(() => { throw new Error("from a callback"); });
      })).catch((error) => error);
      console.log(error.message);
    `);
    expect(out).toMatchObject({ stdout: "from a callback\n", status: 0 });
  });

  it("by waiting for what cannot happen any more fails, and says so", () => {
    const out = run(`
      const error = await step("a", () => new Promise(() => {})).catch((error) => error);
      console.log(error.message);
    `);
    expect(out.stdout).toContain("Step a waits for something that can no longer happen");
  });
});

describe("afterwards", () => {
  it("streams and the end of the process are as they were, also after a failure", () => {
    const out = run(`
      const before = [process.stdout.write, process.stderr.write, process.exit];
      await step("a", async () => { throw new Error("x"); }).catch(() => {});
      console.log([process.stdout.write, process.stderr.write, process.exit].every((f, i) => f === before[i]));
    `);
    expect(out.stdout).toBe("true\n");
  });

  it("an error outside a step ends the process as ever", () => {
    const out = run(`
      await step("a", async () => {});
      setImmediate(() => { throw new Error("nobody's"); });
    `);
    expect(out.status).not.toBe(0);
    expect(out.stderr).toContain("nobody's");
  });
});

import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { StackError } from "../errors.ts";
import { toErrorRecord } from "./error-record.ts";

/** An error with this trace. */
function withTrace(...frames: string[]): Error {
  return Object.assign(new Error("broken"), {
    stack: ["Error: broken", ...frames.map((f) => `    at ${f}`)].join("\n"),
  });
}

describe("toErrorRecord", () => {
  it("keeps code and hint of the framework's own errors", () => {
    expect(toErrorRecord(new StackError("OUTPUT_MISSING", "no value", { hint: "return it" }))).toMatchObject({
      code: "OUTPUT_MISSING",
      message: "no value",
      hint: "return it",
    });
  });

  it.each([
    [new TypeError("x is not a function"), "x is not a function"],
    ["just text", "just text"],
    [undefined, "undefined"],
    [new Error(""), "(no message)"],
  ])("takes whatever a step throws", (thrown, message) => {
    expect(toErrorRecord(thrown)).toMatchObject({ code: "STEP_FAILED", message });
  });

  it("has no trace of what is no error", () => {
    expect(toErrorRecord("text")).toEqual({ code: "STEP_FAILED", message: "text" });
  });

  it("J04 hides secrets in message, hint and trace", () => {
    const secret = "glpat-abcdefghijklmnop";
    const record = toErrorRecord(new StackError("STEP_FAILED", `401 for ${secret}`, { hint: `Is ${secret} right?` }));
    expect(record).toMatchObject({ message: "401 for ***", hint: "Is *** right?" });
    expect(JSON.stringify(record)).not.toContain(secret);
  });
});

describe("the line of the user's own code", () => {
  it("B01 is where the error was thrown", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "own code (1)-"));
    const file = join(folder.path, "train.mjs");
    writeFileSync(file, "export function train() {\n  throw new Error('broken');\n}\n");
    const { train } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { train: () => never };
    const thrown = await Promise.resolve()
      .then(train)
      .catch((error: unknown) => error);
    expect(toErrorRecord(thrown).at).toBe(`${file}:2:9`);
  });

  it("is the caller's when the error comes out of a package", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "own-code-"));
    mkdirSync(join(folder.path, "node_modules/lib"), { recursive: true });
    writeFileSync(join(folder.path, "node_modules/lib/index.mjs"), "export const fail = () => {\n  null.x;\n};\n");
    const file = join(folder.path, "train.mjs");
    writeFileSync(
      file,
      "import { fail } from './node_modules/lib/index.mjs';\nexport const train = () => {\n\n  fail();\n};\n",
    );
    const { train } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { train: () => never };
    const thrown = await Promise.resolve()
      .then(train)
      .catch((error: unknown) => error);
    expect(toErrorRecord(thrown).at).toBe(`${file}:4:3`);
  });

  it.each([
    ["an async frame", ["async file:///home/ada/train.ts:12:5"], "/home/ada/train.ts:12:5"],
    ["a function's frame", ["fit (/home/ada/train.ts:3:7)"], "/home/ada/train.ts:3:7"],
    ["an awaited function's frame", ["async Object.body (file:///home/ada/t.ts:3:7)"], "/home/ada/t.ts:3:7"],
    ["a folder with spaces", ["fit (file:///home/ada/my%20code/t.ts:3:7)"], "/home/ada/my code/t.ts:3:7"],
    [
      "frames of Node above it",
      ["async open (node:internal/fs/promises:639:25)", "node:fs:1:2", "async fit (file:///home/ada/t.ts:1:2)"],
      "/home/ada/t.ts:1:2",
    ],
    ["nothing but frames of Node", ["async open (node:internal/fs/promises:639:25)"], undefined],
    ["frames without a place", ["Array.map (<anonymous>)", "new Promise (<anonymous>)"], undefined],
    [
      "frames of the framework",
      [`checkOutputs (${new URL("../pipeline/step.ts", import.meta.url).href}:1:1)`, "fit (/home/ada/t.ts:1:2)"],
      "/home/ada/t.ts:1:2",
    ],
    [
      "nothing of its own below what called it",
      ["async StepRunner.run (/x/step-runner.js:1:1)", "main (/home/ada/t.ts:1:2)"],
      undefined,
    ],
  ])("is found with %s", (_what, frames, at) => {
    expect(toErrorRecord(withTrace(...frames)).at).toBe(at);
  });

  it("is not a place inside Node when a file cannot be read", async () => {
    const thrown = await readFile("/nowhere/at/all").catch((error: unknown) => error);
    expect(toErrorRecord(thrown).at ?? "").not.toContain("promises");
  });
});

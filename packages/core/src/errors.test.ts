import { describe, expect, it } from "vitest";
import { errorCodes, exitCodeOf, isStackError, messageOf, StackError } from "./errors.ts";

describe("StackError", () => {
  it("takes its kind from its code", () => {
    const error = new StackError("RUN_HELD", "held", { hint: "wait", cause: "x", location: { file: "f", line: 1 } });
    expect(error).toMatchObject({
      name: "StackError",
      code: "RUN_HELD",
      kind: "conflict",
      message: "held",
      hint: "wait",
      cause: "x",
      location: { file: "f", line: 1 },
    });
    expect(error).toBeInstanceOf(Error);
  });

  it("takes a flavor's own code together with its kind", () => {
    expect(new StackError({ code: "GITLAB_DOWN", kind: "unavailable" }, "no")).toMatchObject({
      code: "GITLAB_DOWN",
      kind: "unavailable",
    });
  });

  it("has no cause unless it was given one", () => {
    expect("cause" in new StackError("USAGE", "no")).toBe(false);
  });
});

describe("isStackError", () => {
  it("knows one of another copy of this module by its brand", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("@modelstack/error")]: true, kind: "conflict" });
    expect(isStackError(foreign)).toBe(true);
    expect(isStackError(foreign, "conflict")).toBe(true);
    expect(isStackError(foreign, "not-found")).toBe(false);
  });

  it.each([new Error("x"), { code: "USAGE" }, "USAGE", null, undefined])("is false for %s", (value) => {
    expect(isStackError(value)).toBe(false);
  });
});

describe("exitCodeOf", () => {
  it.each([
    ["STEP_FAILED", 1],
    ["STACK_FILE_INVALID", 2],
    ["UNSUPPORTED", 2],
    ["STACK_NOT_FOUND", 3],
    ["MODEL_EXISTS", 5],
    ["RUN_HELD", 5],
    ["STORE_UNAVAILABLE", 6],
    ["DIGEST_MISMATCH", 7],
    ["RUN_CANCELLED", 130],
  ] as const)("gives for %s the exit code %i", (code, exit) => {
    expect(exitCodeOf(errorCodes[code])).toBe(exit);
  });

  it.each(["unauthenticated", "forbidden"] as const)("gives 4 when the answer is %s", (kind) => {
    expect(exitCodeOf(kind)).toBe(4);
  });
});

describe("messageOf", () => {
  it.each([
    [new Error("broken"), "broken"],
    ["text", "text"],
    [undefined, "undefined"],
    [{ a: 1 }, "[object Object]"],
  ])("says something of anything that was thrown", (thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });
});

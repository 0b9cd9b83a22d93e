import { StackError } from "@modelstack/core";
import { describe, expect, it } from "vitest";
import { capturedIo } from "../captured-io.fixture.ts";
import { renderError } from "./error.ts";

const plain = { json: false, debug: false };
const render = (error: unknown, view = plain) => renderError(error, capturedIo(), view);

const misspelt = new StackError("STACK_FILE_INVALID", 'unknown key "trakcer".', {
  location: { file: "/p/stack.yaml", line: 3, column: 5, text: "    trakcer: {}" },
  hint: 'did you mean "tracker"?',
});

describe("renderError", () => {
  it("says what, where, why and how to mend it, with the code", () => {
    expect(render(misspelt)).toBe(
      'error: unknown key "trakcer" in /p/stack.yaml:3:5 [STACK_FILE_INVALID]\n' +
        "  3 |     trakcer: {}\n" +
        'help: did you mean "tracker"?',
    );
  });

  it("does not repeat a file that the message names", () => {
    const error = new StackError("STACK_FILE_EMPTY", "/p/stack.yaml is empty.", {
      location: { file: "/p/stack.yaml" },
    });
    expect(render(error)).toBe("error: /p/stack.yaml is empty. [STACK_FILE_EMPTY]");
  });

  it("cuts a long line", () => {
    const text = "x".repeat(1000);
    const error = new StackError("STACK_FILE_SYNTAX", "no", { location: { file: "f", line: 1, text } });
    expect(render(error).split("\n")[1]).toBe(`  1 | ${"x".repeat(160)}`);
  });

  it("calls an error of another kind its own fault", () => {
    expect(render(new TypeError("x is not a function"))).toMatch(
      /^error: x is not a function \[INTERNAL\]\nhelp: This is a fault of modelstack/,
    );
  });

  it.each([["text"], [undefined], [null], [42]])("takes %j for an error too", (thrown) => {
    expect(render(thrown)).toContain(`error: ${thrown} [INTERNAL]`);
  });

  it("shows the trace, and those of the causes, only when it is asked for", () => {
    const error = new StackError("USAGE", "outer", { cause: new RangeError("middle", { cause: new Error("inner") }) });
    expect(render(error)).toBe("error: outer [USAGE]");
    const shown = render(error, { json: false, debug: true });
    expect(shown.match(/^(?:caused by )?\w*Error: \w+$/gm)).toEqual([
      "StackError: outer",
      "caused by RangeError: middle",
      "caused by Error: inner",
    ]);
  });

  it("masks what looks like a secret in the message, the help and the line", () => {
    const error = new StackError("STACK_FILE_INVALID", "https://ada:pw@example.org is no file", {
      location: { file: "f", line: 1, text: 'token: "open sesame"' },
      hint: "not glpat-abcdefghij12345",
    });
    for (const view of [plain, { json: true, debug: true }]) {
      const shown = render(error, view);
      for (const secret of ["ada:pw", "open sesame", "glpat-"]) expect(shown).not.toContain(secret);
    }
  });

  it("sends no control characters to the terminal", () => {
    const error = new StackError("MODEL_NOT_FOUND", "no \u001b[31mred\u009b1m\r", { hint: "\u0007bell\nand a line" });
    expect(render(error)).toBe(
      "error: no \\u001b[31mred\\u009b1m\\u000d [MODEL_NOT_FOUND]\nhelp: \\u0007bell\nand a line",
    );
  });

  it("colours for a terminal that takes colours", () => {
    const error = new StackError("USAGE", "no");
    expect(renderError(error, capturedIo({ columns: 80 }), plain)).toContain("\u001b[31m");
    expect(renderError(error, capturedIo({ columns: 80, env: { NO_COLOR: "1" } }), plain)).toBe("error: no [USAGE]");
  });

  it("gives JSON in one line, with the trace only when it is asked for", () => {
    const { stack: _stack, ...error } = JSON.parse(render(misspelt, { json: true, debug: true })).error;
    expect(error).toEqual({
      code: "STACK_FILE_INVALID",
      message: 'unknown key "trakcer".',
      hint: 'did you mean "tracker"?',
      location: { file: "/p/stack.yaml", line: 3, column: 5, text: "    trakcer: {}" },
    });
    expect(_stack).toContain("at ");
    expect(render(misspelt, { json: true, debug: false })).not.toMatch(/"stack"|\n/);
  });

  it("keeps JSON intact when a secret has quotes in it", () => {
    const error = new StackError("USAGE", 'the URL "https://a:b"@example.org');
    expect(JSON.parse(render(error, { json: true, debug: false }))).toMatchObject({ error: { code: "USAGE" } });
  });
});

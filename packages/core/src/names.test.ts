import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStackError } from "./errors.ts";
import { checkIdentifier, checkLabel, checkPortableName, hasControlCharacters, printable } from "./names.ts";

/** The message of the refusal, or `undefined` when the name is taken. */
function refusal(check: (what: string, name: string) => string, name: string): string | undefined {
  try {
    check("The name", name);
    return undefined;
  } catch (error) {
    if (!isStackError(error) || error.code !== "NAME_INVALID") throw error;
    return error.message;
  }
}

describe("checkPortableName", () => {
  it.each(["penguins", "a", "9lives", "churn-model_2.1", "A".repeat(200), "console", "a..b"])("takes %j", (name) => {
    expect(checkPortableName("The model", name)).toBe(name);
  });

  it.each([
    ["", "it is empty"],
    ["   ", "it is empty"],
    ["x".repeat(201), "it has 201 characters, at most 200 are allowed"],
    ["x".repeat(1_000_000), "it has 1000000 characters"],
  ])("D01 refuses an empty and an overlong name", (name, why) => {
    expect(refusal(checkPortableName, name)).toContain(why);
  });

  it.each(["a/b", "a:b", "../x", "a\\b", ".", "..", ".hidden", "-x", "_x", "a b", "é", "a@b"])(
    "D02 refuses %j and says what is allowed",
    (name) => {
      expect(refusal(checkPortableName, name)).toBe(
        `The name ${JSON.stringify(name)} cannot be used: allowed are letters, digits, '.', '_' and '-', starting with a letter or digit.`,
      );
    },
  );

  it.each(["con", "NUL", "com1", "lpt9.txt", "aux.model"])(
    "D02 refuses %j, which Windows keeps for devices",
    (name) => {
      expect(refusal(checkPortableName, name)).toContain("it is a device name on Windows");
    },
  );

  it.each(["a\nb", "a\0", "\u001b[31mred", "a\tb", "a\u2028b", "a\u0085b"])(
    "D03 refuses control characters and does not print them raw (%j)",
    (name) => {
      const message = refusal(checkPortableName, name);
      expect(message).toBeDefined();
      expect(hasControlCharacters(message!)).toBe(false);
    },
  );

  it("D05 tells upper from lower case", () => {
    expect(checkPortableName("The model", "Fraud")).not.toBe(checkPortableName("The model", "fraud"));
  });
});

describe("checkIdentifier", () => {
  it("refuses dots, which separate an instance from its output", () => {
    expect(refusal(checkIdentifier, "a.b")).toContain("allowed are letters, digits, _ and -");
  });

  it("takes exactly what its pattern says, and fails in no other way", () => {
    const device = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
    const names = fc.oneof(
      fc.string({ unit: "binary", maxLength: 220 }),
      fc.stringMatching(/^[A-Za-z0-9_.-]{0,8}$/),
      fc.constantFrom(
        "con",
        "NUL",
        "com0",
        "lpt1",
        "constructor",
        "__proto__",
        "a\n",
        "x".repeat(200),
        "x".repeat(201),
      ),
    );
    fc.assert(
      fc.property(names, (name) => {
        const good = /^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/.test(name) && !device.test(name);
        expect(refusal(checkIdentifier, name) === undefined).toBe(good);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("checkLabel", () => {
  it("D04 returns one form of a letter that can be written in two", () => {
    expect(checkLabel("The experiment", "caf\u0065\u0301")).toBe("caf\u00e9");
  });

  it.each([
    ["", "it is empty"],
    [" \u00a0 ", "it is empty"],
    ["a\nb", "it holds control characters"],
    ["\ud800x", "half of a surrogate pair"],
    ["x".repeat(251), "it has 251 characters, at most 250 are allowed"],
  ])("refuses %j", (name, why) => {
    expect(refusal(checkLabel, name)).toContain(why);
  });

  it("takes letters, signs and emoji, and as many characters as the caller says", () => {
    expect(checkLabel("The metric", "val/loss 🐧 (θ)")).toBe("val/loss 🐧 (θ)");
    expect(checkLabel("The tag", "x".repeat(300), 300)).toHaveLength(300);
  });

  it("returns a label that it takes again unchanged, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 260 }), (text) => {
        if (refusal(checkLabel, text) !== undefined) return;
        const label = checkLabel("The name", text);
        expect(checkLabel("The name", label)).toBe(label);
      }),
      { numRuns: 500 },
    );
  });
});

describe("printable", () => {
  it("shows any text on one line, quoted, without characters that act on a terminal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const shown = printable(text);
        expect(hasControlCharacters(shown)).toBe(false);
        expect(shown.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("cuts long names", () => {
    expect(printable("x".repeat(100))).toBe(`"${"x".repeat(60)}…"`);
  });
});

import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { MaskedText } from "./masked-text.ts";
import { maskSecrets, registerSecret } from "./secrets.ts";

/** What is shown after each piece, and at the end. */
function shown(...pieces: readonly string[]): string[] {
  const text = new MaskedText();
  return [...pieces.map((piece) => text.write(piece)), text.flush()];
}

describe("MaskedText", () => {
  beforeAll(() => ["hunter2-hunter2", "2-hunter2-and-more", "line one\nline two"].forEach(registerSecret));

  it.each([
    [
      ["login hunter2-", "hunter2 done"],
      ["login ", "*** done", ""],
    ],
    ["hunter2-hunter2!".split(""), [...Array<string>(14).fill(""), "", "***!", ""]],
    [
      ["line one\n", "line two\n"],
      ["", "***\n", ""],
    ],
    [
      ["token glpat-abcdefghij", "klmnop\n"],
      ["token ", "***\n", ""],
    ],
    [
      ["x = g", "lpat-abcdefghijklmnop\n"],
      ["x = ", "***\n", ""],
    ],
    [
      ["at https:", "//ada:sec", "ret@example.org/y"],
      ["at https", "", "", "://***@example.org/y"],
    ],
    [
      ["https://x?tok", "en=abc", "def&a=b "],
      ["https", "", "://x?token=***&a=b ", ""],
    ],
  ])("J04 hides a secret that comes in the pieces %j", (pieces, parts) => {
    expect(shown(...pieces)).toEqual(parts);
  });

  it("J04 hides a whole secret whose end may begin another one", () => {
    expect(shown("hunter2-hunter2", ".")).toEqual(["", "***.", ""]);
    expect(shown("hunter2-hunter2")).toEqual(["", "***"]);
  });

  it.each([[["50 %\r", "hun", "dred\n"]], [["https://example.org", "/path\n"]], [["great", " ghosts\n"]]])(
    "shows %j, which is no secret, as it is",
    (pieces) => {
      expect(shown(...pieces).join("")).toBe(pieces.join(""));
    },
  );

  it("holds nothing back of a text that ends as no secret begins", () => {
    expect(shown("epoch 1: loss 0.3\n", "hunter: 3")).toEqual(["epoch 1: loss 0.3\n", "hunter: 3", ""]);
  });

  it("J04 shows the same however a text is cut into pieces", () => {
    const parts = [
      "hunter2-hunter2",
      "hunter2",
      "2-hunter2-and-more",
      "line one\nline two",
      "line one\n",
      "://a:b@c",
      "://a?api_token=bcd&e",
    ];
    const others = [" glpat-abcdefghijkl ", " AKIAIOSFODNN7EXAMPLE ", ":", "/", "@", "-", " ", "\n", "x"];
    const words = fc.array(fc.constantFrom(...parts, ...others), { maxLength: 12 }).map((all) => all.join(""));
    const cuts = fc.array(fc.nat(200), { maxLength: 8 });
    fc.assert(
      fc.property(words, cuts, (text, places) => {
        const ends = [...new Set(places.map((at) => at % (text.length + 1))), text.length].sort((a, b) => a - b);
        const pieces = ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
        expect(shown(...pieces).join("")).toBe(maskSecrets(text));
      }),
      // Once shown otherwise: a secret with a space in it went on with an address.
      { numRuns: 2000, examples: [["://a:b@cline one\nline twohunter2-hunter2@", [109]]] },
    );
  });

  it("takes time in proportion to the text, not to its square", { timeout: 20_000 }, () => {
    const text = new MaskedText();
    for (let i = 0; i < 20_000; i++) text.write("h".repeat(100));
    expect(text.flush().length).toBeLessThan(5000);
  });
});

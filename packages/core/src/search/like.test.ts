import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLike } from "./like.ts";

describe("LIKE", () => {
  it.for([
    ["tree", "tree", true],
    ["tree", "Tree", false],
    ["tree", "tre", false],
    ["tree", "t%", true],
    ["tree", "%ee", true],
    ["tree", "%re%", true],
    ["tree", "%", true],
    ["", "%", true],
    ["", "", true],
    ["", "_", false],
    ["tree", "tr__", true],
    ["tree", "tr_", false],
    ["tree", "%_e", true],
    ["aXbXc", "a%b%c", true],
    ["aXbX", "a%b%c", false],
    ["abab", "%ab", true],
    ["a\nb", "a%b", true],
    ["a🎉b", "a_b", true],
    ["a.b", "a.b", true],
    ["axb", "a.b", false],
    ["100%", "100\\%", false],
    ["e\u0301", "é", false],
  ] as const)("of %j and %j is %s", ([text, pattern, expected]) => {
    expect(isLike(text, pattern, false)).toBe(expected);
  });

  it("does not take long for what does not match", () => {
    expect(isLike("a".repeat(8000), `${"%a".repeat(40)}%b`, false)).toBe(false);
    expect(isLike("a".repeat(8000), "%".repeat(50_000), false)).toBe(true);
  });

  it("is what a regular expression says", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "%", "_") }),
        fc.string({ unit: fc.constantFrom("a", "b", "\n") }),
        (pattern, text) => {
          const expression = new RegExp(`^${pattern.replaceAll("%", ".*").replaceAll("_", ".")}$`, "su");
          expect(isLike(text, pattern, false)).toBe(expression.test(text));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("ILIKE", () => {
  it.for([
    ["Tree", "tREE", true],
    ["GRÖSSE", "größe", false],
    ["ÖL", "öl", true],
    ["ΟΔΟΣ", "οδος", true],
    ["STRAẞE", "straße", true],
    ["模型", "模_", true],
    ["tree", "TR%", true],
    ["I", "ı", true],
    ["i", "İ", false],
  ] as const)("of %j and %j is %s", ([text, pattern, expected]) => {
    expect(isLike(text, pattern, true)).toBe(expected);
  });
});

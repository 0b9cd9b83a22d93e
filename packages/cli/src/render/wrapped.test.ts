import { expect, it } from "vitest";
import { wrapped } from "./wrapped.ts";

it("breaks between words, and indents what follows", () => {
  expect(wrapped("aa bb cc dd", 5)).toBe("aa bb\n  cc\n  dd");
});

it("fills a line to its last column", () => {
  expect(wrapped("aa bb cc", 8)).toBe("aa bb cc");
  expect(wrapped("aa bb cc", 7, "")).toBe("aa bb\ncc");
});

it("leaves a word that is longer than a line whole", () => {
  expect(wrapped("see /a/long/path now", 8)).toBe("see\n  /a/long/path\n  now");
});

import { describe, expect, it } from "vitest";
import { digestOf, isDigest, shortDigest } from "./digest.ts";

const EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("digestOf", () => {
  it("is the sha256 of bytes, and of a text's UTF-8", () => {
    expect(digestOf("")).toBe(EMPTY);
    expect(digestOf("é🐧")).toBe(digestOf(Buffer.from("é🐧", "utf8")));
  });
});

describe("isDigest", () => {
  it("knows one by its form", () => {
    expect(isDigest(EMPTY)).toBe(true);
    for (const text of ["", EMPTY.slice(7), EMPTY.slice(0, -1), `${EMPTY}0`, EMPTY.toUpperCase(), `${EMPTY}\n`]) {
      expect(isDigest(text)).toBe(false);
    }
  });
});

describe("shortDigest", () => {
  it("shows the first twelve digits", () => {
    expect(shortDigest(EMPTY)).toBe("e3b0c44298fc");
  });
});

import { describe, expect, it } from "vitest";
import { parseByteSize } from "./byte-size.ts";

describe("parseByteSize", () => {
  it.each([
    ["0", 0],
    ["0 B", 0],
    ["512B", 512],
    ["20GiB", 20 * 1024 ** 3],
    ["20 gib", 20 * 1024 ** 3],
    ["1.5 TiB", 1.5 * 1024 ** 4],
    ["500 MB", 500_000_000],
    ["1kB", 1000],
    ["1KiB", 1024],
    [" 2MiB ", 2 * 1024 ** 2],
    ["0.1B", 0],
  ])("reads %j as %i bytes", (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each([
    "",
    "20",
    "GiB",
    "-1GiB",
    "1,5GiB",
    "1e3MB",
    "20G",
    "20 GiB each",
    "1..5MB",
    "Infinity",
    "20GiBB",
    "9".repeat(16),
  ])("does not read %j", (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  });
});

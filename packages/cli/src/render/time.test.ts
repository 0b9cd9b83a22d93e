import { describe, expect, it } from "vitest";
import { ago, bytes, duration } from "./time.ts";

describe("ago", () => {
  const now = new Date("2026-01-31T12:00:00Z");

  it.each([
    [0, "0 s ago"],
    [59, "59 s ago"],
    [60, "1 min ago"],
    [3599, "59 min ago"],
    [3600, "1 h ago"],
    [86_399, "23 h ago"],
    [86_400, "1 d ago"],
    [400 * 86_400, "400 d ago"],
  ])("%i seconds are %s", (seconds, text) => {
    expect(ago(new Date(now.getTime() - seconds * 1000), now)).toBe(text);
  });

  it("takes what lies ahead, on a clock that was set back, for now", () => {
    expect(ago("2026-01-31T13:00:00Z", now)).toBe("0 s ago");
  });
});

describe("duration", () => {
  it.each([
    [0, "0.00 s"],
    [520, "0.52 s"],
    [9994, "9.99 s"],
    [10_000, "10.0 s"],
    [59_900, "59.9 s"],
    [60_000, "1 min 0 s"],
    [200_000, "3 min 20 s"],
    [3_600_000, "1 h 0 min"],
    [90_000_000, "25 h 0 min"],
  ])("%i ms are %s", (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});

describe("bytes", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [65_536, "64.0 KiB"],
    [1024 ** 2 * 1.5, "1.5 MiB"],
    [1024 ** 5, "1024.0 TiB"],
  ])("%i are %s", (size, text) => {
    expect(bytes(size)).toBe(text);
  });
});

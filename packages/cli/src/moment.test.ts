import { describe, expect, it } from "vitest";
import { parseMoment } from "./moment.ts";

describe("parseMoment", () => {
  it.each([
    ["2026-11-21", "2026-11-21T00:00:00.000Z"],
    ["2026-11-21T09:30", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21T09:30:15", "2026-11-21T09:30:15.000Z"],
    ["2026-11-21T09:30:15.123Z", "2026-11-21T09:30:15.123Z"],
    ["2026-11-21T09:30+02:00", "2026-11-21T07:30:00.000Z"],
    ["2026-11-21T09:30:00-05:30", "2026-11-21T15:00:00.000Z"],
    ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ])("reads %s in UTC unless it says otherwise", (text, moment) => {
    expect(parseMoment(text).toISOString()).toBe(moment);
  });

  it.each([
    "",
    "yesterday",
    "2026",
    "2026-11",
    "2026-02-30",
    "2026-13-01",
    "21.11.2026",
    "2026-11-21 09:30",
    "1763712000",
  ])("refuses %j and says how to write one", (text) => {
    expect(() => parseMoment(text)).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining("2026-11-21T09:30") as unknown }),
    );
  });
});

import { assert, double, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as protocol from "./index.ts";

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("values", () => {
  it("doubles come back as they are, all of them", () => {
    assert(
      property(double(), (value) => {
        const wire = overTheWire(z.encode(protocol.double, value)) as number;
        // JSON has no -0.
        expect(z.decode(protocol.double, wire)).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
  });

  it.each([
    ["1.5", 1.5],
    ["-2e3", -2000],
    [3, 3],
    ["NaN", Number.NaN],
    ["-Infinity", -Infinity],
  ])("the double %o is read", (wire, value) => {
    expect(z.decode(protocol.double, wire)).toBe(value);
  });

  it.each(["", "abc", null, "1 2"])("%o is no double", (wire) => {
    expect(protocol.double.safeParse(wire).success).toBe(false);
  });

  it.each([
    [1_700_000_000_000, 1_700_000_000_000],
    ["1700000000000", 1_700_000_000_000],
    ["-1", -1],
  ])("the integer %o is read", (wire, value) => {
    expect(z.decode(protocol.int64, wire)).toBe(value);
  });

  it.each(["9007199254740993", 2 ** 53, 1.5, "", "1.5"])("the integer %o is refused rather than rounded", (wire) => {
    expect(protocol.int64.safeParse(wire).success).toBe(false);
  });
});

describe("answers", () => {
  it("have lists and texts that MLflow leaves out when they are empty", () => {
    expect(z.decode(protocol.runs.search.answer, {})).toEqual({ runs: [], next_page_token: "" });
    const run = { info: { run_id: "1", status: "RUNNING" as const } };
    expect(z.decode(protocol.run, run)).toEqual({
      info: { ...run.info, run_name: "", experiment_id: "", user_id: "", artifact_uri: "", lifecycle_stage: "active" },
      data: { metrics: [], params: [], tags: [] },
      inputs: { dataset_inputs: [], model_inputs: [] },
      outputs: { model_outputs: [] },
    });
  });

  it("lose fields that nobody knows", () => {
    const wire = { experiment_id: "1", name: "a", workspace: "default" };
    expect(z.decode(protocol.experiment, wire)).not.toHaveProperty("workspace");
  });
});

describe("a server", () => {
  it("can read every request and write every answer that the client can", () => {
    const point = { run_id: "1", key: "loss", value: Number.NaN, timestamp: 1, step: 2 };
    const { request } = protocol.runs.logMetric;
    expect(z.decode(request, overTheWire(z.encode(request, point)) as typeof point)).toEqual(point);
    const { answer } = protocol.metrics.getHistory;
    const { run_id: _, ...metric } = point;
    const page = { metrics: [metric], next_page_token: "more" };
    const wire = overTheWire(z.encode(answer, page)) as object;
    expect(wire).toMatchObject({ metrics: [{ value: "NaN" }] });
    expect(z.decode(answer, wire)).toEqual(page);
  });

  it("has a status for every error code", () => {
    expect(protocol.errorStatus["RESOURCE_ALREADY_EXISTS"]).toBe(400);
    expect(Object.values(protocol.errorStatus).every((status) => status >= 400 && status < 600)).toBe(true);
  });
});

import { expect } from "vitest";
import { awkwardRecord } from "../tools.ts";
import type { TrackerSuite } from "./fixture.ts";

export function paramTests({ it }: TrackerSuite): void {
  it("keeps the params of several calls", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logParams(id, { depth: "3", rate: "0.1" });

    await tracker.logParams(id, { seed: "7" });

    expect((await tracker.getRun(id)).params).toEqual({ depth: "3", rate: "0.1", seed: "7" });
  });

  it("takes the same param again", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logParams(id, { depth: "3" });

    await tracker.logParams(id, { depth: "3", seed: "7" });

    expect((await tracker.getRun(id)).params).toEqual({ depth: "3", seed: "7" });
  });

  it("refuses another value of a param as PARAM_EXISTS and writes none of the call", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logParams(id, { depth: "3" });

    await expect(tracker.logParams(id, { before: "1", depth: "4", zzz: "1" })).rejects.toMatchObject({
      code: "PARAM_EXISTS",
    });
    expect((await tracker.getRun(id)).params).toEqual({ depth: "3" });
  });

  it("keeps one value of a param when two are written at once", async ({ tracker, start }) => {
    const { id } = await start();

    const outcomes = await Promise.allSettled([
      tracker.logParams(id, { depth: "3" }),
      tracker.logParams(id, { depth: "4" }),
    ]);

    const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await tracker.getRun(id)).params).toEqual({ depth: ["3", "4"][winner] });
  });

  it("gives awkward params and tags back equal", async ({ tracker, start }) => {
    const record = awkwardRecord();
    const { id } = await start({ tags: record });
    await tracker.logParams(id, record);

    const run = await tracker.getRun(id);

    expect(run.params).toEqual(record);
    expect(run.tags).toEqual(record);
  });

  it("keeps params and tags of the longest key and value that its limits allow", async ({ tracker, start }) => {
    const { key, paramValue, tagValue } = tracker.capabilities.limits;
    const longest = (length: number) => ({
      ["k".repeat(Math.min(key, 100_000))]: "v".repeat(Math.min(length, 100_000)),
    });
    const { id } = await start({ tags: longest(tagValue) });
    await tracker.logParams(id, longest(paramValue));

    expect(await tracker.getRun(id)).toMatchObject({ params: longest(paramValue), tags: longest(tagValue) });
  });

  it("keeps the params of runs apart", async ({ tracker, start }) => {
    const [one, two] = [await start(), await start()];

    await tracker.logParams(one.id, { depth: "3" });
    await tracker.logParams(two.id, { depth: "4" });

    expect((await tracker.getRun(one.id)).params).toEqual({ depth: "3" });
  });

  it("sets tags anew and leaves the others", async ({ tracker, start }) => {
    const { id } = await start({ tags: { a: "1", b: "2" } });

    await tracker.setTags(id, { b: "two", c: "" });

    expect((await tracker.getRun(id)).tags).toEqual({ a: "1", b: "two", c: "" });
  });

  it("keeps the inputs of a run", async ({ tracker, start }) => {
    const { id } = await start();
    const orders = { name: "orders", version: "3", source: "s3://bucket/orders?x=1", digest: "abc" };
    await tracker.logInput(id, orders);
    await tracker.logInput(id, { name: "users" });

    const { inputs } = await tracker.getRun(id);

    expect(inputs.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([orders, { name: "users" }]);
  });

  it("keeps the same input once", async ({ tracker, start }) => {
    const { id } = await start();
    for (const digest of ["abc", "abc", "def"]) await tracker.logInput(id, { name: "orders", digest });
    for (const _ of [1, 2]) await tracker.logInput(id, { name: "users" });

    const { inputs } = await tracker.getRun(id);

    expect(inputs.map(({ name, digest }) => `${name} ${digest}`).sort()).toEqual([
      "orders abc",
      "orders def",
      "users undefined",
    ]);
  });
}

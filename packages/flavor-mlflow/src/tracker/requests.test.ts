import { randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, it, onTestFinished } from "vitest";
import { describeWithMlflow } from "../../../../tests/support/mlflow.ts";
import { serverAt, trackerAt } from "../server.fixture.ts";

const by = { actor: "ada" };
const points = (count: number) => Array.from({ length: count }, (_, step) => ({ key: "loss", value: 1 / step, step }));

/** The requests of this process since now, as method and path. */
function requests(): string[] {
  const seen: string[] = [];
  const listener = (message: unknown) => {
    const { method, path } = (message as { request: { method: string; path: string } }).request;
    seen.push(`${method} ${path.replace(/\?.*/, "").replace("/api/2.0/mlflow/", "")}`);
  };
  subscribe("undici:request:create", listener);
  onTestFinished(() => void unsubscribe("undici:request:create", listener));
  return seen;
}

describeWithMlflow("what is asked of a server", (url) => {
  it("is 14 requests for a run with 10,000 points, logged one by one, and 50 parameters", async () => {
    const experiment = `requests-${randomUUID()}`;
    await trackerAt(serverAt(url)).tracker.createExperiment({ name: experiment }, by);
    const tracker = trackerAt(serverAt(url)).tracker;
    const seen = requests();

    const { id } = await tracker.startRun({ experiment, name: "train" }, by);
    await tracker.logParams(id, Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`p${n}`, String(n)])));
    for (const point of points(10_000)) await tracker.logMetrics(id, [{ ...point, at: new Date(point.step) }]);
    await tracker.flush();
    await tracker.endRun(id, "finished");

    expect(seen).toEqual([
      "GET experiments/get-by-name",
      "POST runs/create",
      "POST runs/log-batch",
      ...Array.from({ length: 10 }, () => "POST runs/log-batch"),
      "POST runs/update",
    ]);
    expect((await tracker.metricSummaries(id))["loss"]?.count).toBe(10_000);
  });

  it("is cut to what MLflow takes at once", async () => {
    const tracker = trackerAt(serverAt(url)).tracker;
    const { id } = await tracker.startRun({ experiment: `large-${randomUUID()}`, name: "train" }, by);
    const record = (length: number) =>
      Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`k${n}`, "ü".repeat(length)]));
    const seen = requests();

    await tracker.logParams(id, record(6000));
    await tracker.setTags(id, record(8000));
    const many = Array.from({ length: 2500 }, (_, n) => ({ key: `m${n}`, value: n, step: 0, at: new Date(n) }));
    await tracker.logMetrics(id, many);
    await tracker.flush();

    // The first looks whether there are other values, since a part of the parameters must not be written alone.
    expect(seen).toEqual(["GET runs/get", ...Array.from({ length: 4 + 5 + 3 }, () => "POST runs/log-batch")]);
    const { params, tags, metrics } = await tracker.getRun(id);
    expect([params, tags, Object.keys(metrics)]).toEqual([record(6000), record(8000), many.map(({ key }) => key)]);
  });

  it("keeps keys that MLflow refuses, and shows those of other clients as they are", async () => {
    const tracker = trackerAt(serverAt(url)).tracker;
    const keys = ["it's", "a//b", "..", "/x", "x/", ":x27:", ":x61:", "a:b", "🎉"];
    const params = Object.fromEntries(keys.map((key) => [key, key]));
    const { id } = await tracker.startRun({ experiment: `keys-${randomUUID()}`, name: "train" }, by);
    await tracker.logParams(id, params);
    await serverAt(url).client.runs.logParam({ run_id: id, key: ":x62:", value: "Python's" });

    expect((await tracker.getRun(id)).params).toEqual({ ...params, ":x62:": "Python's" });
  });
});

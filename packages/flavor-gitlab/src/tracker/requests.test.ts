import { describe, expect, it } from "vitest";
import { trackerOn } from "../project.fixture.ts";

const by = { actor: "ada" };

/** What was asked, without what is the same in all: `POST runs/log-batch`. */
const asked = (requests: readonly { readonly method: string; readonly url: string }[]) =>
  requests.map(({ method, url }) => `${method} ${url.replace(/^.*\/2\.0\/mlflow\/|^\/api\/v4|\?.*$/g, "")}`);

describe("requests", () => {
  it("a run with 10,000 points, 50 parameters and 3 files takes 14 of them", async () => {
    const { tracker, gitlab } = await trackerOn();

    const { id } = await tracker.startRun({ experiment: "churn", name: "train", tags: { a: "1" } }, by);
    await tracker.logParams(id, Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`param ${n}`, String(n)])));
    for (let step = 0; step < 10_000; step++)
      await tracker.logMetrics(id, [{ key: "loss", value: 1 / (step + 1), step, at: new Date(step) }]);
    for (const name of ["a", "b", "c"]) await tracker.logFile(id, name, Buffer.from(name));
    await tracker.flush();
    await tracker.setTags(id, { phase: "late" });
    await tracker.endRun(id, "finished");

    const file = "PUT /projects/1/packages/ml_models/candidate:1/files/";
    const batches = Array.from({ length: 4 }, () => "POST runs/log-batch");
    expect(asked(gitlab.requests).toSorted()).toEqual(
      [
        "GET /projects/biosignal%2Fsoftware%2Fmednet",
        "GET experiments/get-by-name",
        "POST experiments/create",
        "POST runs/create",
        "POST runs/log-batch",
        ...batches,
        ...["a", "b", "c"].map((name) => file + name),
        "POST runs/log-batch",
        "POST runs/update",
      ].toSorted(),
    );
    expect(Object.keys((await tracker.getRun(id)).params)).toHaveLength(50);
    expect((await tracker.metricSummaries(id))["loss"]?.count).toBe(10_000);
  });

  it("another run of the same experiment asks neither for it nor for the project", async () => {
    const { tracker, gitlab } = await trackerOn();
    await tracker.startRun({ experiment: "churn", name: "one" }, by);
    const before = gitlab.requests.length;

    await tracker.startRun({ experiment: "churn", name: "two" }, by);

    expect(asked(gitlab.requests.slice(before))).toEqual(["POST runs/create"]);
  });
});

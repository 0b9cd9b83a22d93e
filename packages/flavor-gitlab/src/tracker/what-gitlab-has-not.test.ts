import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { internalError, rateLimited, type Fault } from "@modelstack/gitlab-double";
import { describe, expect, it } from "vitest";
import { refusal, trackerOn } from "../project.fixture.ts";

const by = { actor: "ada" };
const request = { experiment: "churn", name: "train" };
const moment = new Date(Date.UTC(2024, 1, 29));
const point = (value: number, step: number, key = "loss") => ({ key, value, step, at: moment });

describe("tags, which GitLab never changes", () => {
  it("are kept again under other keys, of which the last holds, and it is said where", async () => {
    const { tracker, project, notes } = await trackerOn();
    const { id } = await tracker.startRun({ ...request, tags: { phase: "early" } }, by);

    for (const phase of ["early", "middle", "late", ""]) await tracker.setTags(id, { phase, other: "1" });

    expect((await tracker.getRun(id)).tags).toEqual({ phase: "", other: "1" });
    const { data } = await project.call(({ runs }) => runs.get(id));
    expect(data.tags.filter(({ key }) => key.endsWith("phase")).map(({ key, value }) => `${key} ${value}`)).toEqual([
      "phase early",
      "modelstack.tag.2:phase middle",
      "modelstack.tag.3:phase late",
      'modelstack.tag.4:phase modelstack.text:""',
    ]);
    expect(notes[0]).toMatch(/the new phase is kept as modelstack.tag.2:phase/);
  });

  it("of a run that a program writes to as well are not dropped without a word", async () => {
    const { tracker, project } = await trackerOn();
    const { id } = await tracker.startRun(request, by);
    await tracker.environment(id);
    await project.call(({ runs }) => runs.setTag({ run_id: id, key: "phase", value: "the program's" }));

    await tracker.setTags(id, { phase: "ours" });

    expect((await tracker.getRun(id)).tags).toEqual({ phase: "ours" });
  });
});

describe("tags that several processes set at the same moment", () => {
  it("are all kept, one of them last", async () => {
    const { tracker, open, project } = await trackerOn();
    const { id } = await tracker.startRun({ ...request, tags: { phase: "early" } }, by);
    await tracker.environment(id);
    const phases = ["a", "b", "c", "d", "e"];

    await Promise.all(phases.map((phase) => open().setTags(id, { phase })));

    const { data } = await project.call(({ runs }) => runs.get(id));
    const kept = data.tags.filter(({ key }) => key.endsWith("phase")).map(({ value }) => value);
    expect(new Set(kept)).toEqual(new Set(["early", ...phases]));
    expect((await tracker.getRun(id)).tags["phase"]).toBe(kept.at(-1));
  });
});

describe("parameters, of which GitLab keeps the first without a word", () => {
  it("that a program has given are not given another value", async () => {
    const { tracker, project } = await trackerOn();
    const { id } = await tracker.startRun(request, by);
    await tracker.environment(id);
    await project.call(({ runs }) => runs.logParam({ run_id: id, key: "rate", value: "0.1" }));

    expect(await refusal(tracker.logParams(id, { rate: "0.2", depth: "3" }))).toMatchObject({ code: "PARAM_EXISTS" });
    expect((await tracker.getRun(id)).params).toEqual({ rate: "0.1" });
  });
});

describe("experiments, of which GitLab says no times", () => {
  it("have that at which we made them, and others none", async () => {
    const { tracker, project } = await trackerOn();
    await tracker.createExperiment({ name: "ours" }, by);
    await project.call(({ experiments }) =>
      experiments.create({ name: "theirs", tags: [{ key: "modelstack.created_at", value: "yesterday" }] }),
    );

    const [theirs, ours] = (await tracker.listExperiments()).items;

    expect([theirs?.name, theirs?.createdAt, theirs?.tags]).toEqual(["theirs", undefined, {}]);
    expect(ours?.createdAt).toBeInstanceOf(Date);
  });

  it("are listed with one request, though they be 10,000", async () => {
    const { tracker, project, gitlab } = await trackerOn();
    const names = Array.from({ length: 10_000 }, (_, n) => `experiment ${n}`);
    await project.call(async ({ experiments }) => {
      const next = names.values();
      const some = async () => {
        for (const name of next) await experiments.create({ name });
      };
      await Promise.all(Array.from({ length: 16 }, some));
    });
    const before = gitlab.requests.length;

    const first = await tracker.listExperiments();
    const second = await tracker.listExperiments({ pageToken: first.nextPageToken! });

    expect([first.items.length, second.items.length, gitlab.requests.length - before]).toEqual([100, 100, 1]);
    expect((await tracker.getExperiment("experiment 4321")).name).toBe("experiment 4321");
  });
});

describe("points", () => {
  it("that are no numbers of JSON are never sent as such", async () => {
    const { tracker, project } = await trackerOn();
    const { id } = await tracker.startRun(request, by);
    const values = [Number.NaN, 1, Number.POSITIVE_INFINITY, -0];

    await tracker.logMetrics(
      id,
      values.map((value, step) => point(value, step)),
    );
    await tracker.flush();

    const { data } = await project.call(({ runs }) => runs.get(id));
    expect(data.metrics.map(({ value }) => value)).toEqual([1]);
    const text = JSON.stringify(
      [0, 2, 3].map((step) => ["loss", ["NaN", "", "Infinity", "-0"][step], step, moment.getTime()]),
    );
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
    expect(data.tags).toContainEqual({ key: `modelstack.points:${digest}`, value: text });
  });

  it("are in few tags, of what GitLab takes, however many they are", async () => {
    const { tracker, project } = await trackerOn();
    const { id } = await tracker.startRun(request, by);
    const points = Array.from({ length: 1000 }, (_, step) => point(Number.NaN, step));

    await tracker.logMetrics(id, points);
    await tracker.flush();

    expect((await tracker.metricHistory(id, "loss")).items).toEqual(points);
    const { data } = await project.call(({ runs }) => runs.get(id));
    expect(data.tags.filter(({ key }) => key.startsWith("modelstack.points:")).length).toBeLessThan(10);
  });
});

describe("what may have been done when the answer was lost", () => {
  it("makes one run", async () => {
    const { tracker, gitlab } = await trackerOn();
    gitlab.misbehave({ path: "runs/create" }, { kind: "answer-lost" });

    const run = await tracker.startRun({ ...request, tags: { a: "1" } }, by);

    expect((await tracker.listRuns()).items).toEqual([run]);
  });

  for (const kind of ["answer-lost", "answer-cut"] as const)
    it(`keeps points once, and all else as it was logged: ${kind}`, async () => {
      const { tracker, project, gitlab } = await trackerOn();
      const { id } = await tracker.startRun(request, by);
      gitlab.misbehave({ path: "runs/log-batch", times: 3 }, { kind });

      await tracker.logMetrics(id, [point(1, 0), point(2, 1)]);
      await tracker.flush();
      await tracker.logParams(id, { depth: "3" });
      await tracker.setTags(id, { phase: "late" });

      const { data } = await project.call(({ runs }) => runs.get(id));
      expect(data.metrics.map(({ value }) => value)).toEqual([1, 2]);
      expect(await tracker.getRun(id)).toMatchObject({ params: { depth: "3" }, tags: { phase: "late" } });
    });

  it("makes one experiment, and one of a model with the model", async () => {
    const { tracker, gitlab } = await trackerOn();
    gitlab.misbehave({ path: "experiments/create" }, { kind: "answer-lost" });
    gitlab.misbehave({ path: "registered-models/create" }, { kind: "answer-lost" });

    await tracker.startRun(request, by);
    await tracker.startRun({ ...request, experiment: tracker.experimentOfModel("doc-mednet") }, by);

    const names = (await tracker.listExperiments()).items.map(({ name }) => name);
    expect(names).toEqual(["[model]doc-mednet", "churn"]);
  });
});

describe("GitLab when it is not well", () => {
  const faults: [string, Fault][] = [
    ["breaks off", { kind: "hang-up" }],
    ["fails", internalError],
    ["is asked too often", rateLimited(0)],
  ];
  it.each(faults)("%s once: it is asked again", async (_what, fault) => {
    const { tracker, gitlab } = await trackerOn();
    for (const path of ["experiments/get-by-name", "runs/create", "runs/log-batch", "/files/"])
      gitlab.misbehave({ path }, fault);

    const { id } = await tracker.startRun(request, by);
    await tracker.logParams(id, { depth: "3" });
    await tracker.logFile(id, "notes.txt", Buffer.from("four"));

    expect(await tracker.getRun(id)).toMatchObject({ params: { depth: "3" } });
    expect(await tracker.listFiles(id)).toEqual([{ path: "notes.txt", size: 4 }]);
  });

  it("is away: what is logged waits on this machine, and is sent in its order once it is back", async () => {
    const { tracker, gitlab, warnings } = await trackerOn();
    const { id } = await tracker.startRun(request, by);
    // As often as is tried while a training waits.
    gitlab.misbehave({ path: "/api/v4/", times: 3 }, { kind: "answer", status: 503 });
    await tracker.logParams(id, { depth: "3" });
    await tracker.setTags(id, { phase: "early" });
    await tracker.logMetrics(id, [point(Number.NaN, 0), point(1, 1)]);
    await tracker.logFile(id, "notes.txt", Buffer.from("four"));
    await tracker.logInput(id, { name: "orders" });
    await tracker.setTags(id, { phase: "late" });
    expect(warnings).toEqual([expect.stringMatching(/503.* waits in .*spool.gitlab/)]);
    expect((await tracker.getRun(id)).params).toEqual({});

    await tracker.flush();

    expect(await tracker.getRun(id)).toMatchObject({
      params: { depth: "3" },
      tags: { phase: "late" },
      inputs: [{ name: "orders" }],
      metrics: { loss: point(1, 1) },
    });
    expect(await tracker.listFiles(id)).toEqual([{ path: "notes.txt", size: 4 }]);
  });

  it("is away: that is an error where it is required", async () => {
    const { gitlab, open, stateFolder } = await trackerOn();
    const tracker = open(true);
    const { id } = await tracker.startRun(request, by);
    gitlab.misbehave({ path: "runs/log-batch", times: 100 }, { kind: "answer", status: 400, body: "<html>no</html>" });

    expect(await refusal(tracker.logParams(id, { depth: "3" }))).toMatchObject({ code: "SERVER_UNAVAILABLE" });
    expect(existsSync(join(stateFolder, "spool"))).toBe(false);
  });
});

it("a file that changes while it is sent is not kept, and the one that was there stays", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-file-"));
  const path = join(folder.path, "weights");
  writeFileSync(path, Buffer.alloc(3 * 1024 * 1024));
  const { tracker } = await trackerOn();
  const { id } = await tracker.startRun(request, by);
  await tracker.logFile(id, "weights", Buffer.from("old"));
  let touched = false;
  const onBytes = () => {
    if (!touched) appendFileSync(path, "more");
    touched = true;
  };

  expect(await refusal(tracker.logFile(id, "weights", { path }, { onBytes }))).toMatchObject({
    code: "DIGEST_MISMATCH",
  });
  expect(await tracker.listFiles(id)).toEqual([{ path: "weights", size: 3 }]);
});

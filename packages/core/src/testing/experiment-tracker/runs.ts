import { expect } from "vitest";
import type { ExperimentTracker } from "../../components/experiment-tracker.ts";
import { by, inPagesOfTwo, upTo } from "../tools.ts";
import { moment, point, type TrackerSuite } from "./fixture.ts";

export function runTests(suite: TrackerSuite): void {
  const { it, reopens } = suite;
  it("returns a started run as it was given", async ({ tracker }) => {
    const request = { experiment: "churn", name: "train", tags: { a: "1" }, startedAt: moment(123) };

    const run = await tracker.startRun(request, by);

    expect(run).toMatchObject({
      experiment: { name: "churn" },
      name: "train",
      status: "running",
      startedAt: moment(123),
      params: {},
      metrics: {},
      tags: { a: "1" },
      inputs: [],
    });
    expect([run.endedAt, run.parentId]).toEqual([undefined, undefined]);
    expect(await tracker.getRun(run.id)).toEqual(run);
  });

  it("starts a run now when no time is given", async ({ start }) => {
    expect((await start()).startedAt).toBeInstanceOf(Date);
  });

  it("makes the experiment of a run if there is none of that name", async ({ tracker, start }) => {
    const { experiment } = await start();

    expect(await tracker.getExperiment("churn")).toMatchObject(experiment);
  });

  it("starts a run in the experiment that is there", async ({ tracker, start }) => {
    const { id } = await tracker.createExperiment({ name: "churn" }, by);

    expect((await start()).experiment).toEqual({ id, name: "churn" });
  });

  for (const name of ["", "  ", "a\nb"]) {
    it(`refuses the run name ${JSON.stringify(name)} as NAME_INVALID`, async ({ start }) => {
      await expect(start({ name })).rejects.toMatchObject({ code: "NAME_INVALID" });
    });
  }

  it("gives runs of one name different ids", async ({ start }) => {
    const runs = await Promise.all(upTo(20).map(() => start()));

    expect(new Set(runs.map(({ id }) => id)).size).toBe(20);
  });

  for (const status of ["finished", "failed", "killed"] as const) {
    it(`ends a run as ${status}`, async ({ tracker, start }) => {
      const { id } = await start({ startedAt: moment(0) });

      await tracker.endRun(id, status, moment(5));

      expect(await tracker.getRun(id)).toMatchObject({ status, startedAt: moment(0), endedAt: moment(5) });
    });
  }

  it("ends a run now when no time is given", async ({ tracker, start }) => {
    const { id } = await start();

    await tracker.endRun(id, "finished");

    expect((await tracker.getRun(id)).endedAt).toBeInstanceOf(Date);
  });

  it("sets the status anew when a run is ended again", async ({ tracker, start }) => {
    const { id } = await start({ startedAt: moment(0) });
    await tracker.endRun(id, "finished", moment(5));

    await tracker.endRun(id, "failed", moment(7));

    expect(await tracker.getRun(id)).toMatchObject({ status: "failed", endedAt: moment(7) });
  });

  if (suite.modelExperiments) {
    it("keeps the runs of a model in an experiment of its own", async ({ tracker, start }) => {
      const [churn, fraud] = ["churn", "fraud"].map((model) => tracker.experimentOfModel!(model)) as [string, string];

      const runs = [await start({ experiment: churn }), await start({ experiment: churn })];
      const other = await start({ experiment: fraud });

      expect(runs.map(({ experiment }) => experiment.name)).toEqual([churn, churn]);
      expect(new Set([...runs, other].map(({ experiment }) => experiment.id)).size).toBe(2);
      expect(await tracker.getExperiment(churn)).toMatchObject({ ...runs[0]!.experiment });
    });
  }

  nestedTests(suite);
  listTests(suite);
  deleteTests(suite);
  notFoundTests(suite);

  if (reopens) {
    it("has runs with all that was logged once it is opened again", async ({ fixture, tracker, start }) => {
      const { id } = await start({ tags: { a: "1" } });
      await tracker.logParams(id, { depth: "3" });
      await tracker.logMetrics(id, [point(0.5)]);
      await tracker.logInput(id, { name: "orders", digest: "abc" });
      await tracker.flush();
      const before = await tracker.getRun(id);

      const again = await fixture.reopen!();

      expect(await again.getRun(id)).toEqual(before);
    });
  }
}

function nestedTests({ it, capabilities }: TrackerSuite): void {
  if (capabilities.nestedRuns) {
    it("nests a run in another one", async ({ tracker, start }) => {
      const parent = await start();

      const child = await start({ name: "fold 1", parentId: parent.id });

      expect(await tracker.getRun(child.id)).toMatchObject({ parentId: parent.id });
      expect((await tracker.listRuns({ parentId: parent.id })).items.map(({ id }) => id)).toEqual([child.id]);
    });

    it("refuses an unknown parent as TRACKED_RUN_NOT_FOUND and starts nothing", async ({ tracker, start }) => {
      await expect(start({ parentId: "0123456789abcdef0123456789abcdef" })).rejects.toMatchObject({
        code: "TRACKED_RUN_NOT_FOUND",
      });
      expect((await tracker.listRuns()).items).toEqual([]);
    });
  }

  if (capabilities.nestedRuns) {
    it("deletes a run with those that are nested in it", async ({ tracker, start }) => {
      const parent = await start();
      const nested = await start({ parentId: parent.id });
      const deeper = await start({ parentId: nested.id });

      await tracker.deleteRun(parent.id, by);

      for (const { id } of [nested, deeper]) {
        await expect(tracker.getRun(id)).rejects.toMatchObject({ code: "TRACKED_RUN_NOT_FOUND" });
      }
      expect((await tracker.listRuns()).items).toEqual([]);
    });
  }

  if (!capabilities.nestedRuns) {
    it("refuses to nest as UNSUPPORTED where runs cannot be nested", async ({ tracker, start }) => {
      const parent = await start();

      await expect(start({ parentId: parent.id })).rejects.toMatchObject({ code: "UNSUPPORTED" });
      expect((await tracker.listRuns()).items).toHaveLength(1);
    });
  }
}

function listTests({ it }: TrackerSuite): void {
  it("lists runs in pages, those that started last first", async ({ tracker, start }) => {
    for (const at of [3, 1, 5, 2, 4]) await start({ name: `at ${at}`, startedAt: moment(at) });

    const runs = await inPagesOfTwo((page) => tracker.listRuns(page));

    expect(runs.map(({ name }) => name)).toEqual(["at 5", "at 4", "at 3", "at 2", "at 1"]);
  });

  it("lists the runs of an experiment", async ({ tracker, start }) => {
    const { experiment, id } = await start();
    await start({ experiment: "other" });

    expect((await tracker.listRuns({ experiment: experiment.id })).items.map((run) => run.id)).toEqual([id]);
  });

  it("lists the runs of a status", async ({ tracker, start }) => {
    const running = await start();
    const failed = await start();
    await tracker.endRun(failed.id, "failed");

    const idsOf = async (status: "running" | "failed" | "killed") =>
      (await tracker.listRuns({ status })).items.map(({ id }) => id);

    expect([await idsOf("running"), await idsOf("failed"), await idsOf("killed")]).toEqual([
      [running.id],
      [failed.id],
      [],
    ]);
  });

  it("lists the runs that have every one of some tags", async ({ tracker, start }) => {
    const both = await start({ tags: { "it's": "'; --", b: "2" } });
    await start({ tags: { "it's": "'; --" } });
    await start({ tags: { "it's": "'; --", b: "3" } });

    const found = await tracker.listRuns({ tags: { "it's": "'; --", b: "2" } });

    expect(found.items.map(({ id }) => id)).toEqual([both.id]);
  });

  it("gives listed runs with all that was logged", async ({ tracker, start }) => {
    const { id } = await start({ tags: { a: "1" } });
    await tracker.logParams(id, { depth: "3" });
    await tracker.logMetrics(id, [point(0.5)]);
    await tracker.flush();

    expect((await tracker.listRuns()).items).toEqual([await tracker.getRun(id)]);
  });
}

function deleteTests({ it }: TrackerSuite): void {
  it("deletes a run and leaves the others", async ({ tracker, start }) => {
    const kept = await start({ name: "kept" });
    const { id } = await start();

    await tracker.deleteRun(id, by);

    await expect(tracker.getRun(id)).rejects.toMatchObject({ code: "TRACKED_RUN_NOT_FOUND" });
    expect((await tracker.listRuns()).items).toEqual([kept]);
  });

  it("deletes a run's metrics and files and leaves those of others", async ({ tracker, start }) => {
    const [kept, gone] = [await start(), await start()];
    for (const { id } of [kept, gone]) {
      await tracker.logMetrics(id, [point(0.5)]);
      await tracker.logFile(id, "notes.txt", Buffer.from("same"));
    }
    await tracker.flush();

    await tracker.deleteRun(gone.id, by);

    await expect(tracker.readFile(gone.id, "notes.txt")).rejects.toMatchObject({ code: "TRACKED_RUN_NOT_FOUND" });
    await expect(tracker.metricHistory(gone.id, "loss")).rejects.toMatchObject({ code: "TRACKED_RUN_NOT_FOUND" });
    expect((await tracker.metricHistory(kept.id, "loss")).items).toHaveLength(1);
    expect(Buffer.from(await tracker.readFile(kept.id, "notes.txt")).toString()).toBe("same");
  });
}

function notFoundTests({ it }: TrackerSuite): void {
  const calls: Readonly<Record<string, (tracker: ExperimentTracker, id: string) => Promise<unknown>>> = {
    getRun: (tracker, id) => tracker.getRun(id),
    endRun: (tracker, id) => tracker.endRun(id, "finished"),
    deleteRun: (tracker, id) => tracker.deleteRun(id, by),
    logParams: (tracker, id) => tracker.logParams(id, { depth: "3" }),
    logMetrics: async (tracker, id) => {
      await tracker.logMetrics(id, [point(0.5)]);
      await tracker.flush();
    },
    metricHistory: (tracker, id) => tracker.metricHistory(id, "loss"),
    metricSummaries: (tracker, id) => tracker.metricSummaries(id),
    setTags: (tracker, id) => tracker.setTags(id, { a: "1" }),
    logInput: (tracker, id) => tracker.logInput(id, { name: "orders" }),
    logFile: (tracker, id) => tracker.logFile(id, "notes.txt", Buffer.from("x")),
    listFiles: (tracker, id) => tracker.listFiles(id),
    readFile: (tracker, id) => tracker.readFile(id, "notes.txt"),
    environment: (tracker, id) => tracker.environment(id),
  };
  for (const [what, call] of Object.entries(calls)) {
    it(`refuses an unknown run as TRACKED_RUN_NOT_FOUND: ${what}`, async ({ tracker, start }) => {
      await start();

      for (const id of ["0123456789abcdef0123456789abcdef", "__proto__"]) {
        await expect(call(tracker, id)).rejects.toMatchObject({ code: "TRACKED_RUN_NOT_FOUND" });
      }
    });
  }
}

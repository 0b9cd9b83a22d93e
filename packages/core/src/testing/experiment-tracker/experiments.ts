import { expect } from "vitest";
import { awkwardRecord, by, inPagesOfTwo, upTo } from "../tools.ts";
import type { TrackerSuite } from "./fixture.ts";

export function experimentTests({ it }: TrackerSuite): void {
  it("returns a new experiment as it was given and finds it by name", async ({ tracker }) => {
    const experiment = await tracker.createExperiment({ name: "churn", tags: { team: "risk" } }, by);

    expect(experiment).toMatchObject({ name: "churn", tags: { team: "risk" } });
    expect(experiment.id).not.toBe("");
    expect(experiment.createdAt).toBeInstanceOf(Date);
    expect(await tracker.getExperiment("churn")).toEqual(experiment);
  });

  it("gives an experiment without tags empty ones", async ({ tracker }) => {
    expect(await tracker.createExperiment({ name: "churn" }, by)).toMatchObject({ tags: {} });
  });

  it("gives awkward names and tags of experiments back equal", async ({ tracker }) => {
    const tags = awkwardRecord();
    await tracker.createExperiment({ name: "Größe: 模型 / it's 🎉", tags }, by);

    const experiment = await tracker.getExperiment("Größe: 模型 / it's 🎉");

    expect(experiment.name).toBe("Größe: 模型 / it's 🎉");
    expect(experiment.tags).toEqual(tags);
  });

  it("refuses a second experiment of a name as EXPERIMENT_EXISTS and leaves the first", async ({ tracker }) => {
    const first = await tracker.createExperiment({ name: "churn", tags: { a: "1" } }, by);

    await expect(tracker.createExperiment({ name: "churn", tags: { a: "2" } }, by)).rejects.toMatchObject({
      code: "EXPERIMENT_EXISTS",
    });
    expect((await tracker.listExperiments()).items.filter(({ name }) => name === "churn")).toEqual([first]);
  });

  for (const name of ["", "  ", "a\nb", "\u001b[31mred"]) {
    it(`refuses the experiment name ${JSON.stringify(name)} as NAME_INVALID`, async ({ tracker }) => {
      await expect(tracker.createExperiment({ name }, by)).rejects.toMatchObject({ code: "NAME_INVALID" });
      await expect(tracker.startRun({ experiment: name, name: "train" }, by)).rejects.toMatchObject({
        code: "NAME_INVALID",
      });
    });
  }

  it("refuses an unknown experiment as EXPERIMENT_NOT_FOUND", async ({ tracker }) => {
    for (const name of ["absent", "__proto__", "a' OR '1' = '1"]) {
      await expect(tracker.getExperiment(name)).rejects.toMatchObject({ code: "EXPERIMENT_NOT_FOUND" });
    }
  });

  it("lists experiments in pages, newest first", async ({ tracker }) => {
    // A tracker may come with an experiment of its own.
    const before = (await tracker.listExperiments()).items.map(({ name }) => name);
    const names = ["e", "b", "d", "a", "c"];
    for (const name of names) await tracker.createExperiment({ name }, by);

    const experiments = await inPagesOfTwo((page) => tracker.listExperiments(page));

    expect(experiments.map(({ name }) => name)).toEqual([...names.reverse(), ...before]);
  });

  it("makes an experiment once when many runs need it at once", async ({ tracker, start }) => {
    const runs = await Promise.all(upTo(10).map((count) => start({ name: `run ${count}` })));

    expect(new Set(runs.map(({ experiment }) => experiment.id)).size).toBe(1);
    expect((await tracker.listExperiments()).items.filter(({ name }) => name === "churn")).toHaveLength(1);
  });
}

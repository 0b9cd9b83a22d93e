import { expect } from "vitest";
import type { RunStatus } from "../../components/records.ts";
import { inPagesOfTwo, upTo } from "../tools.ts";
import { deadProcess, elsewhere, eventsOf, idOf, timeOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

export function statusTests({ it, reopens }: MetadataSuite): void {
  it("says that a run is running while somebody holds it", async ({ store, create, hold }) => {
    const { id } = await create(1);
    await hold(`run/${id}`);

    expect(await store.getRun(id)).toMatchObject({ status: "running" });
  });

  it("says that a run is running while somebody holds one of its instances", async ({ store, create, hold }) => {
    const { id } = await create(1);
    await hold(`run/${id}/load`);

    expect(await store.getRun(id)).toMatchObject({ status: "running" });
  });

  it("says when a run started and which tracked run it has", async ({ store, create, hold }) => {
    const { id } = await create(1);
    await hold(`run/${id}`);
    await store.append(eventsOf(id, [{ kind: "run-started", trackedRun: "tracked-1" }]));

    expect(await store.getRun(id)).toMatchObject({ status: "running", startedAt: timeOf(1), trackedRun: "tracked-1" });
  });

  for (const status of ["succeeded", "failed", "cancelled"] as const) {
    it(`says that a run that finished so is ${status}, held or not`, async ({ store, create, hold }) => {
      const { id } = await create(1);
      const lease = await hold(`run/${id}`);
      await store.append(eventsOf(id, [{ kind: "run-started" }, { kind: "run-finished", status, cause: "load" }]));

      const held = await store.getRun(id);
      await store.releaseLease(lease);

      expect(held).toMatchObject({ status, startedAt: timeOf(1), finishedAt: timeOf(2), cause: "load" });
      expect(await store.getRun(id)).toEqual(held);
    });
  }

  it("says that an unfinished run whose holder let go is interrupted", async ({ store, create, hold }) => {
    const { id } = await create(1);
    const lease = await hold(`run/${id}`);
    await store.append(eventsOf(id, [{ kind: "run-started" }]));

    await store.releaseLease(lease);

    expect(await store.getRun(id)).toMatchObject({ status: "interrupted", startedAt: timeOf(1) });
  });

  it("says that an unfinished run whose holder's time is over is interrupted", async ({ store, create }) => {
    const { id } = await create(1);
    await store.acquireLease(`run/${id}`, elsewhere(1), 0);

    expect(await store.getRun(id)).toMatchObject({ status: "interrupted" });
  });

  it("says that an unfinished run whose process has died is interrupted", async ({ store, create, hold }) => {
    const { id } = await create(1);
    await hold(`run/${id}`, deadProcess);

    expect(await store.getRun(id)).toMatchObject({ status: "interrupted" });
  });

  it("says that an interrupted run that somebody takes up again is running", async ({ store, create, hold }) => {
    const { id } = await create(1);
    await store.releaseLease(await hold(`run/${id}`));

    await hold(`run/${id}`, elsewhere(2));

    expect(await store.getRun(id)).toMatchObject({ status: "running" });
  });

  it("lists the runs of a status as it says of each", async ({ store, create, hold }) => {
    for (const number of upTo(5)) await create(number);
    await hold(`run/${idOf(1)}`);
    for (const [number, status] of [
      [3, "succeeded"],
      [4, "failed"],
      [5, "cancelled"],
    ] as const) {
      await store.append(eventsOf(idOf(number), [{ kind: "run-finished", status }]));
    }

    const numbersOf = async (status: RunStatus) => (await store.listRuns({ status })).items.map(({ name }) => name);

    expect(await numbersOf("running")).toEqual(["run-1"]);
    expect(await numbersOf("interrupted")).toEqual(["run-2"]);
    expect(await numbersOf("succeeded")).toEqual(["run-3"]);
    expect(await numbersOf("failed")).toEqual(["run-4"]);
    expect(await numbersOf("cancelled")).toEqual(["run-5"]);
  });

  for (const status of ["running", "interrupted", "failed"] as const) {
    it(`lists the runs that are ${status} in pages`, async ({ store, create, hold }) => {
      for (const number of upTo(10)) {
        const { id } = await create(number);
        // Every other run is in another status than the one asked for.
        if ((number % 2 === 0) === (status === "running")) await hold(`run/${id}`);
        if (status === "failed" && number % 2 === 1) {
          await store.append(eventsOf(id, [{ kind: "run-finished", status }]));
        }
      }

      const runs = await inPagesOfTwo((page) => store.listRuns({ ...page, status }));

      const parity = status === "failed" ? 1 : 0;
      expect(runs.map(({ id }) => id)).toEqual(
        upTo(10)
          .filter((number) => number % 2 === parity)
          .reverse()
          .map(idOf),
      );
    });
  }

  if (reopens) {
    it("says the same once it is opened again", async ({ fixture, store, create, hold }) => {
      for (const number of upTo(3)) await create(number);
      await hold(`run/${idOf(1)}`);
      await store.append(eventsOf(idOf(2), [{ kind: "run-started" }, { kind: "run-finished", status: "succeeded" }]));

      const again = await fixture.reopen!();

      expect(await again.listRuns()).toEqual(await store.listRuns());
    });
  }
}

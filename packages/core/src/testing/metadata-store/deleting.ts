import { expect } from "vitest";
import { digestOf } from "../../digest.ts";
import { elsewhere, eventsOf, idOf, inputFrom, inputFromModel, timeOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

const [one, two] = [idOf(1), idOf(2)];

export function deleteTests({ it }: MetadataSuite): void {
  it("forgets a run with its events, attempts, inputs, outputs and effects", async ({
    store,
    create,
    hold,
    commit,
  }) => {
    await create(1);
    const lease = await hold(`run/${one}`);
    const { attempt } = await commit(lease, {
      outputs: { out: "a" },
      artifactName: "rows",
      inputs: [inputFrom(one, "a"), inputFromModel("m")],
      events: eventsOf(one, [{ kind: "run-started" }]),
    });
    await store.putEffect({ key: `${one}/load/version`, intent: null, createdAt: timeOf(1) });
    await store.releaseLease(lease);

    await store.deleteRun(one);

    await expect(store.getRun(one)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    expect([
      (await store.listRuns()).items,
      await store.events(one),
      await store.attempts(one),
      await store.inputs(attempt.id),
      (await store.outputs({ run: one })).items,
      (await store.namedArtifacts()).items,
      await store.getEffect(`${one}/load/version`),
    ]).toEqual([[], [], [], [], [], [], undefined]);
  });

  it("returns the artifacts that nothing else refers to, and forgets them", async ({ store, create, hold, commit }) => {
    await create(1);
    const lease = await hold(`run/${one}`);
    const { artifacts } = await commit(lease, { outputs: { out: "a", report: "b" } });
    await store.releaseLease(lease);

    const free = await store.deleteRun(one);

    const byDigest = (a: { digest: string }, b: { digest: string }) => (a.digest < b.digest ? -1 : 1);
    expect(free.toSorted(byDigest)).toEqual(artifacts.toSorted(byDigest));
    await expect(store.getArtifact(digestOf("a"))).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    expect((await store.listArtifacts()).items).toEqual([]);
  });

  it("does not give the version of a name again", async ({ store, create, hold, commit }) => {
    for (const [number, content] of [
      [1, "first"],
      [2, "second"],
    ] as const) {
      await create(number);
      const lease = await hold(`run/${idOf(number)}`);
      await commit(lease, { outputs: { out: content }, artifactName: "rows" });
      await store.releaseLease(lease);
      if (number === 1) await store.deleteRun(one);
    }

    expect((await store.namedArtifacts("rows")).items).toMatchObject([{ version: 2, digest: digestOf("second") }]);
  });

  it("keeps an artifact that another run has produced too", async ({ store, create, hold, commit }) => {
    for (const number of [1, 2]) {
      await create(number);
      const lease = await hold(`run/${idOf(number)}`);
      await commit(lease, { outputs: { out: "shared", own: `own ${number}` }, artifactName: "rows" });
      await store.releaseLease(lease);
    }

    const free = await store.deleteRun(one);

    expect(free.map(({ digest }) => digest)).toEqual([digestOf("own 1")]);
    expect(await store.getArtifact(digestOf("shared"))).toMatchObject({ digest: digestOf("shared") });
    expect((await store.namedArtifacts("rows")).items.map(({ digest }) => digest)).toContain(digestOf("shared"));
  });

  it("keeps an artifact that went into another run", async ({ store, create, hold, commit }) => {
    for (const number of [1, 2]) await create(number);
    const lease = await hold(`run/${one}`);
    await commit(lease, { outputs: { out: "used" } });
    await store.releaseLease(lease);
    await commit(await hold(`run/${two}`), { inputs: [inputFrom(one, "used")] });

    expect(await store.deleteRun(one)).toEqual([]);

    expect(await store.getArtifact(digestOf("used"))).toMatchObject({ digest: digestOf("used") });
  });

  it("does not keep an artifact for a run that received the same content as a model", async ({
    store,
    create,
    hold,
    commit,
  }) => {
    for (const number of [1, 2]) await create(number);
    const lease = await hold(`run/${one}`);
    await commit(lease, { outputs: { out: "forest" } });
    await store.releaseLease(lease);
    await commit(await hold(`run/${two}`), { inputs: [inputFromModel("forest")] });

    const free = await store.deleteRun(one);

    expect(free.map(({ digest }) => digest)).toEqual([digestOf("forest")]);
  });

  it("returns an artifact with the last run that refers to it", async ({ store, create, hold, commit }) => {
    for (const number of [1, 2]) await create(number);
    const leases = [await hold(`run/${one}`), await hold(`run/${two}`)];
    await commit(leases[0]!, { outputs: { out: "used" } });
    await commit(leases[1]!, { inputs: [inputFrom(one, "used")] });
    for (const lease of leases) await store.releaseLease(lease);
    await store.deleteRun(one);

    const free = await store.deleteRun(two);

    expect(free.map(({ digest }) => digest)).toEqual([digestOf("used")]);
  });

  it("leaves other runs as they are", async ({ store, create, hold, commit }) => {
    for (const number of [1, 2]) {
      await create(number);
      const lease = await hold(`run/${idOf(number)}`);
      await commit(lease, { outputs: { out: `${number}` }, events: eventsOf(idOf(number), [{ kind: "run-started" }]) });
      await store.releaseLease(lease);
    }
    const facts = async () => [
      await store.getRun(two),
      await store.getPlan((await store.getRun(two)).plan),
      await store.events(two),
      await store.attempts(two),
      (await store.outputs({ run: two })).items,
    ];
    const before = await facts();

    await store.deleteRun(one);

    expect(await facts()).toEqual(before);
  });

  it("refuses to delete an unknown run as RUN_NOT_FOUND", async ({ store }) => {
    await expect(store.deleteRun(one)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  for (const scope of [`run/${one}`, `run/${one}/load`]) {
    it(`refuses a run as RUN_HELD while somebody holds ${scope.endsWith("load") ? "an instance of it" : "it"}`, async ({
      store,
      create,
      hold,
    }) => {
      await create(1);
      await hold(scope);

      await expect(store.deleteRun(one)).rejects.toMatchObject({ code: "RUN_HELD" });
      expect(await store.getRun(one)).toMatchObject({ id: one });
    });
  }

  it("forgets a run whose holder's time is over", async ({ store, create }) => {
    await create(1);
    await store.acquireLease(`run/${one}`, elsewhere(1), 0);

    expect(await store.deleteRun(one)).toEqual([]);
  });
}

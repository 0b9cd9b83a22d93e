import { expect } from "vitest";
import { digestOf } from "../../digest.ts";
import { inPagesOfTwo, upTo } from "../tools.ts";
import { attemptOf, elsewhere, eventsOf, idOf, inputFrom, inputFromModel } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

const run = `run/${idOf(1)}`;

export function attemptTests(suite: MetadataSuite): void {
  const { it, reopens } = suite;
  it("gives all that an attempt ended with back as it was committed", async ({ store, create, hold, commit }) => {
    const { id } = await create(1);
    const events = eventsOf(id, [{ kind: "run-started" }]);
    const inputs = [inputFrom(idOf(9), "rows"), inputFrom(idOf(9), "rows", "again")];

    const stored = await commit(await hold(run), { outputs: { out: "a", report: "b" }, inputs, events });

    expect(await store.attempts(id)).toEqual([stored.attempt]);
    expect(await store.events(id)).toEqual(events);
    expect((await store.outputs({ run: id })).items).toEqual(stored.outputs);
    expect(
      await store.inputs(stored.attempt.id).then((list) => list.toSorted((a, b) => a.name.localeCompare(b.name))),
    ).toEqual(stored.inputs.toSorted((a, b) => a.name.localeCompare(b.name)));
    expect(await store.getArtifact(digestOf("a"))).toEqual(stored.artifacts[0]);
  });

  it("keeps which models an attempt received, though one input had two of one content", async ({
    store,
    create,
    hold,
    commit,
  }) => {
    await create(1);
    const inputs = [inputFromModel("same", "3"), inputFromModel("same", "4"), inputFrom(idOf(9), "rows")];

    const { attempt } = await commit(await hold(run), { inputs });

    const received = await store.inputs(attempt.id);
    expect(received).toHaveLength(3);
    expect(received).toEqual(expect.arrayContaining(inputs.map((input) => ({ ...input, attempt: attempt.id }))));
  });

  it("gives an attempt's error, log and tracked run back as they were", async ({ store, create, hold }) => {
    const { id } = await create(1);
    const lease = await hold(run);
    const commit = attemptOf(lease, 1, { status: "failed" });
    const attempt = {
      ...commit.attempt,
      error: { code: "STEP_FAILED", message: "模型 🎉\n", hint: "", at: "train.ts:12:5", stack: "at x\nat y" },
      log: `logs/${id}/load.log`,
      trackedRun: "tracked-1",
    };

    await store.commitAttempt({ ...commit, attempt });

    expect(await store.attempts(id)).toEqual([attempt]);
  });

  it("takes the same commit again", async ({ store, create, hold, commit }) => {
    const { id } = await create(1);
    const stored = await commit(await hold(run), {
      outputs: { out: "a" },
      artifactName: "rows",
      events: eventsOf(id, [{ kind: "run-started" }]),
    });

    await store.commitAttempt(stored);

    expect(await store.attempts(id)).toHaveLength(1);
    expect((await store.namedArtifacts("rows")).items).toHaveLength(1);
  });

  it("takes a commit again after another process has taken over", async ({ store, create, hold, commit }) => {
    const { id } = await create(1);
    const stored = await commit(await store.acquireLease(run, elsewhere(1), 0));
    await hold(run, elsewhere(2));

    await store.commitAttempt(stored);

    expect(await store.attempts(id)).toEqual([stored.attempt]);
  });

  it("refuses another attempt of the same id as FACT_CONFLICT", async ({ store, create, hold, commit }) => {
    await create(1);
    const stored = await commit(await hold(run));

    const other = { ...stored, attempt: { ...stored.attempt, status: "failed" as const } };
    await expect(store.commitAttempt(other)).rejects.toMatchObject({ code: "FACT_CONFLICT" });
  });

  it("lists the attempts of a run oldest first, and no others", async ({ store, create, hold, commit }) => {
    for (const number of [1, 2]) await create(number);
    const lease = await hold(run);
    for (const status of ["failed", "cancelled", "succeeded"] as const) await commit(lease, { status });
    await commit(await hold(`run/${idOf(2)}`));

    const attempts = await store.attempts(idOf(1));

    expect(attempts.map(({ status }) => status)).toEqual(["failed", "cancelled", "succeeded"]);
  });

  it("has no attempts, inputs and outputs of what is not there", async ({ store }) => {
    expect(await store.attempts(idOf(1))).toEqual([]);
    expect(await store.inputs(idOf(1))).toEqual([]);
    expect((await store.outputs({ run: idOf(1) })).items).toEqual([]);
  });

  fenceTests(suite);
  outputTests(suite);

  if (reopens) {
    it("has what was committed once it is opened again", async ({ fixture, create, hold, commit }) => {
      const { id } = await create(1);
      const stored = await commit(await hold(run), { outputs: { out: "a" } });

      const again = await fixture.reopen!();

      expect(await again.attempts(id)).toEqual([stored.attempt]);
      expect((await again.outputs({ run: id })).items).toEqual(stored.outputs);
    });
  }
}

function fenceTests({ it }: MetadataSuite): void {
  for (const [what, mine, taken] of [
    ["the run", run, run],
    ["the instance", `${run}/load`, `${run}/load`],
    ["the instance out of the run", run, `${run}/load`],
    ["the run that the instance is of", `${run}/load`, run],
  ] as const) {
    it(`refuses a commit as FENCE_LOST, and takes none of it, when a newer holder has ${what}`, async ({
      store,
      create,
      hold,
      commit,
    }) => {
      const { id } = await create(1);
      const old = await store.acquireLease(mine, elsewhere(1), 0);
      await hold(taken, elsewhere(2));

      const late = commit(old, {
        instance: "load",
        outputs: { out: "late" },
        artifactName: "rows",
        inputs: [inputFrom(idOf(9), "x")],
        events: eventsOf(id, [{ kind: "run-started" }]),
      });

      await expect(late).rejects.toMatchObject({ code: "FENCE_LOST" });
      expect([
        await store.attempts(id),
        await store.events(id),
        (await store.outputs({ run: id })).items,
        (await store.listArtifacts()).items,
        (await store.namedArtifacts("rows")).items,
      ]).toEqual([[], [], [], [], []]);
    });
  }

  it("takes a commit of an instance though a newer holder has another one", async ({ store, create, hold, commit }) => {
    const { id } = await create(1);
    const lease = await store.acquireLease(`${run}/load`, elsewhere(1), 0);
    await hold(`${run}/train`, elsewhere(2));

    await commit(lease);

    expect(await store.attempts(id)).toHaveLength(1);
  });

  it("takes a commit under a lease that has expired when nobody has taken over", async ({ store, create, commit }) => {
    const { id } = await create(1);

    await commit(await store.acquireLease(run, elsewhere(1), 0));

    expect(await store.attempts(id)).toHaveLength(1);
  });

  it("refuses another attempt of an instance that is done as FENCE_LOST and keeps its outputs", async ({
    store,
    create,
    hold,
    commit,
  }) => {
    const { id } = await create(1);
    const lease = await hold(run);
    const first = await commit(lease, { outputs: { out: "first" } });

    await expect(commit(lease, { outputs: { out: "second" } })).rejects.toMatchObject({ code: "FENCE_LOST" });

    expect((await store.outputs({ run: id })).items).toEqual(first.outputs);
    expect((await store.listArtifacts()).items).toHaveLength(1);
  });

  it("takes the outputs of one of two attempts that end at once", async ({ store, create, hold, commit }) => {
    const { id } = await create(1);
    const lease = await hold(run);

    const outcomes = await Promise.allSettled(["a", "b"].map((out) => commit(lease, { outputs: { out } })));

    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await store.outputs({ run: id })).items).toHaveLength(1);
  });

  for (const status of ["failed", "cancelled"] as const) {
    it(`takes another attempt of an instance that was ${status}`, async ({ store, create, hold, commit }) => {
      const { id } = await create(1);
      const lease = await hold(run);
      await commit(lease, { status });

      await commit(lease, { outputs: { out: "a" } });

      expect((await store.attempts(id)).map((attempt) => attempt.status)).toEqual([status, "succeeded"]);
    });
  }

  it("takes none of a commit one of whose events is another than the stored one", async ({
    store,
    create,
    hold,
    commit,
  }) => {
    const { id } = await create(1);
    await store.append(eventsOf(id, [{ kind: "run-started" }]));

    const conflicting = commit(await hold(run), {
      outputs: { out: "a" },
      artifactName: "rows",
      events: eventsOf(id, [{ kind: "cancel-requested", reason: "other" }]),
    });

    await expect(conflicting).rejects.toMatchObject({ code: "FACT_CONFLICT" });
    expect(await store.attempts(id)).toEqual([]);
    expect((await store.outputs({ run: id })).items).toEqual([]);
    expect((await store.namedArtifacts()).items).toEqual([]);
  });
}

function outputTests({ it }: MetadataSuite): void {
  it("finds outputs by run, instance and content", async ({ store, create, hold, commit }) => {
    for (const number of [1, 2]) {
      await create(number);
      const lease = await hold(`run/${idOf(number)}`);
      await commit(lease, { instance: "load", outputs: { out: `rows ${number}` } });
      await commit(lease, { instance: "train", outputs: { out: "same" } });
    }

    const found = async (query: Parameters<typeof store.outputs>[0]) =>
      (await store.outputs(query)).items.map((output) => `${output.run.at(-1)} ${output.instance}`).sort();

    expect(await found({ run: idOf(1) })).toEqual(["1 load", "1 train"]);
    expect(await found({ instance: "load" })).toEqual(["1 load", "2 load"]);
    expect(await found({ run: idOf(2), instance: "train" })).toEqual(["2 train"]);
    expect(await found({ digest: digestOf("same") })).toEqual(["1 train", "2 train"]);
    expect(await found({ digest: digestOf("absent") })).toEqual([]);
  });

  it("lists outputs in pages", async ({ store, create, hold, commit }) => {
    const { id } = await create(1);
    const names = upTo(5).map((count) => `out-${count}`);
    await commit(await hold(run), { outputs: Object.fromEntries(names.map((name) => [name, name])) });

    const outputs = await inPagesOfTwo((page) => store.outputs({ ...page, run: id }));

    expect(outputs.map(({ name }) => name).sort()).toEqual(names);
  });

  it("keeps the places of a mapped output and its files' names", async ({ store, create, hold }) => {
    const { id } = await create(1);
    const commit = attemptOf(await hold(run), 1, { outputs: { out: "a" } });
    const outputs = [0, 1].map((index) => ({ ...commit.outputs[0]!, index, fileName: `größe ${index}.csv` }));

    await store.commitAttempt({ ...commit, outputs });

    expect((await store.outputs({ run: id })).items).toEqual(outputs);
  });
}

import { expect } from "vitest";
import { thisProcess } from "../../platform.ts";
import { upTo } from "../tools.ts";
import { deadProcess, elsewhere, idOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

const run = `run/${idOf(1)}`;

export function leaseTests({ it, reopens }: MetadataSuite): void {
  it("gives a lease with its scope, its holder, a fence and its end", async ({ store }) => {
    const lease = await store.acquireLease(run, elsewhere(7), 3600);

    expect(lease).toMatchObject({ scope: run, holder: elsewhere(7) });
    expect(lease.fence).toBeGreaterThan(0);
    expect(new Date(lease.expiresAt).toISOString()).toBe(lease.expiresAt);
  });

  for (const [what, held, wanted] of [
    ["a run that is held", run, run],
    ["an instance that is held", `${run}/load`, `${run}/load`],
    ["an instance of a run that is held", run, `${run}/load`],
    ["a run of which an instance is held", `${run}/load`, run],
  ] as const) {
    it(`refuses ${what} as RUN_HELD, naming the holder`, async ({ hold }) => {
      await hold(held, elsewhere(4711));

      await expect(hold(wanted, elsewhere(2))).rejects.toMatchObject({
        code: "RUN_HELD",
        message: expect.stringMatching(/4711.*elsewhere\.example|elsewhere\.example.*4711/) as unknown,
      });
    });
  }

  for (const [what, one, other] of [
    ["two instances of a run", `${run}/load`, `${run}/train`],
    ["instances one of whose names starts like the other", `${run}/load`, `${run}/load-2`],
    ["two runs", run, `run/${idOf(2)}`],
    ["runs one of whose ids starts like the other", "run/a", "run/ab"],
    ["instances of one name in two runs", `${run}/load`, `run/${idOf(2)}/load`],
  ] as const) {
    it(`lets different processes hold ${what}`, async ({ hold }) => {
      await hold(one, elsewhere(1));

      expect(await hold(other, elsewhere(2))).toMatchObject({ scope: other });
    });
  }

  it("gives a run to one of many that want it at once", async ({ store }) => {
    const outcomes = await Promise.allSettled(upTo(10).map((pid) => store.acquireLease(run, elsewhere(pid), 3600)));

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("refuses a run that a living process of this machine holds", async ({ hold }) => {
    await hold(run, thisProcess());

    await expect(hold(run, elsewhere(2))).rejects.toMatchObject({ code: "RUN_HELD" });
  });

  it("gives what was released to the next", async ({ store, hold }) => {
    await store.releaseLease(await hold(run));

    expect(await hold(run, elsewhere(2))).toMatchObject({ holder: elsewhere(2) });
  });

  it("gives what has expired to the next", async ({ store, hold }) => {
    await store.acquireLease(run, elsewhere(1), 0);

    expect(await hold(run, elsewhere(2))).toMatchObject({ holder: elsewhere(2) });
  });

  it("gives what a dead process of this machine held to the next", async ({ hold }) => {
    await hold(run, deadProcess);

    expect(await hold(run, elsewhere(2))).toMatchObject({ holder: elsewhere(2) });
  });

  it("gives each later holder of a run a higher fence, whatever part of it each holds", async ({ store, hold }) => {
    const fences = [];
    for (const scope of [run, `${run}/load`, `${run}/train`, run, `${run}/load`]) {
      const lease = await hold(scope);
      fences.push(lease.fence);
      await store.releaseLease(lease);
    }

    expect(fences).toEqual(fences.toSorted((a, b) => a - b));
    expect(new Set(fences).size).toBe(5);
  });

  it("holds for longer once it is renewed", async ({ store, hold }) => {
    const lease = await store.acquireLease(run, elsewhere(1), 0);

    const renewed = await store.renewLease(lease, 3600);

    expect(renewed).toMatchObject({ scope: run, holder: elsewhere(1), fence: lease.fence });
    expect(renewed.expiresAt > lease.expiresAt).toBe(true);
    await expect(hold(run, elsewhere(2))).rejects.toMatchObject({ code: "RUN_HELD" });
  });

  for (const [what, mine, taken] of [
    ["it", run, run],
    ["an instance of it", run, `${run}/load`],
    ["the run it is of", `${run}/load`, run],
  ] as const) {
    it(`refuses to renew as FENCE_LOST when somebody else has taken ${what}`, async ({ store, hold }) => {
      const lease = await store.acquireLease(mine, elsewhere(1), 0);
      await hold(taken, elsewhere(2));

      await expect(store.renewLease(lease, 3600)).rejects.toMatchObject({ code: "FENCE_LOST" });
    });
  }

  it("renews though somebody holds another instance of the run", async ({ store, hold }) => {
    const lease = await hold(`${run}/load`);
    await hold(`${run}/train`, elsewhere(2));

    expect(await store.renewLease(lease, 3600)).toMatchObject({ fence: lease.fence });
  });

  it("takes nothing from the new holder when the old one lets go", async ({ store, hold }) => {
    const old = await store.acquireLease(run, elsewhere(1), 0);
    await hold(run, elsewhere(2));

    await store.releaseLease(old);

    await expect(hold(run, elsewhere(3))).rejects.toMatchObject({ code: "RUN_HELD" });
  });

  if (reopens) {
    it("holds against others that have opened the store", async ({ fixture, hold }) => {
      const again = await fixture.reopen!();
      await hold(run);

      await expect(again.acquireLease(run, elsewhere(2), 3600)).rejects.toMatchObject({ code: "RUN_HELD" });
    });
  }
}

import { expect } from "vitest";
import type { RunEvent, RunEventBody } from "../../components/records.ts";
import { eventsOf, idOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

const everyKind: readonly RunEventBody[] = [
  { kind: "run-started", trackedRun: "tracked-1" },
  { kind: "attempt-started", instance: "load", attempt: idOf(7) },
  { kind: "attempt-finished", instance: "load", attempt: idOf(7), status: "failed" },
  { kind: "instance-skipped", instance: "train", because: "load failed: 模型 🎉\n" },
  { kind: "cancel-requested", reason: "" },
  { kind: "run-finished", status: "failed", cause: "load" },
];

export function eventTests({ it, reopens }: MetadataSuite): void {
  it("gives events of every kind back as they were", async ({ store, create }) => {
    const { id } = await create(1);
    const events = eventsOf(id, everyKind);

    await store.append(events);

    expect(await store.events(id)).toEqual(events);
  });

  it("gives events by writer and its order", async ({ store, create }) => {
    const { id } = await create(1);
    const [first, second] = [eventsOf(id, everyKind, "w1"), eventsOf(id, everyKind.slice(0, 2), "w2", 9)];

    await store.append(second);
    await store.append(first.slice(3));
    await store.append(first.slice(0, 3));

    expect(await store.events(id)).toEqual([...first, ...second]);
  });

  it("takes the same events again", async ({ store, create }) => {
    const { id } = await create(1);
    const events = eventsOf(id, everyKind);
    await store.append(events.slice(0, 4));

    await store.append(events);
    await store.append(events);

    expect(await store.events(id)).toEqual(events);
  });

  it("takes an event again whatever the order of its keys", async ({ store, create }) => {
    const { id } = await create(1);
    const events = eventsOf(id, everyKind);
    await store.append(events);

    const turned = events.map((event) => Object.fromEntries(Object.entries(event).reverse()) as unknown as RunEvent);
    await store.append(turned);

    expect(await store.events(id)).toEqual(events);
  });

  it("refuses another event under the same writer and number as FACT_CONFLICT and takes none of the call", async ({
    store,
    create,
  }) => {
    const { id } = await create(1);
    const [stored] = eventsOf(id, [{ kind: "cancel-requested", reason: "first" }], "w1", 5);
    await store.append([stored!]);

    const others = eventsOf(id, [{ kind: "run-started" }, { kind: "cancel-requested", reason: "second" }], "w1", 4);
    await expect(store.append(others)).rejects.toMatchObject({ code: "FACT_CONFLICT" });

    expect(await store.events(id)).toEqual([stored]);
  });

  it("refuses an event at another time under the same writer and number as FACT_CONFLICT", async ({
    store,
    create,
  }) => {
    const { id } = await create(1);
    const [stored] = eventsOf(id, [{ kind: "run-started" }]);
    await store.append([stored!]);

    await expect(store.append([{ ...stored!, at: "2030-01-01T00:00:00.000Z" }])).rejects.toMatchObject({
      code: "FACT_CONFLICT",
    });
  });

  it("keeps the events of runs apart", async ({ store, create }) => {
    const [one, two] = [await create(1), await create(2)];
    await store.append(eventsOf(one.id, everyKind));
    await store.append(eventsOf(two.id, everyKind.slice(0, 1)));

    expect(await store.events(one.id)).toHaveLength(everyKind.length);
    expect(await store.events(two.id)).toHaveLength(1);
  });

  it("takes nothing when no events are given", async ({ store, create }) => {
    const { id } = await create(1);

    await store.append([]);

    expect(await store.events(id)).toEqual([]);
  });

  it("loses none of the events that are appended at once", async ({ store, create }) => {
    const { id } = await create(1);
    const writers = ["w1", "w2", "w3", "w4", "w5"];

    await Promise.all(
      writers.flatMap((writer) => eventsOf(id, everyKind, writer).map((event) => store.append([event]))),
    );

    expect(await store.events(id)).toEqual(writers.flatMap((writer) => eventsOf(id, everyKind, writer)));
  });

  if (reopens) {
    it("shows events to others at once", async ({ fixture, store, create }) => {
      const { id } = await create(1);
      const again = await fixture.reopen!();

      await store.append(eventsOf(id, everyKind));

      expect(await again.events(id)).toEqual(eventsOf(id, everyKind));
    });
  }
}

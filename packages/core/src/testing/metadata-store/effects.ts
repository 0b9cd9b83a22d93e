import { expect } from "vitest";
import type { Json } from "../../json.ts";
import { timeOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

const key = "run-1/train/version";
const intent = { model: "fraud", parts: [1, null, "模型 🎉"], deep: { a: true } };

export function effectTests({ it, reopens }: MetadataSuite): void {
  it("stores an intent and returns it", async ({ store }) => {
    const effect = { key, intent, createdAt: timeOf(1) };

    expect(await store.putEffect(effect)).toEqual(effect);
    expect(await store.getEffect(key)).toEqual(effect);
  });

  it("returns the earlier intent under a key and leaves it", async ({ store }) => {
    const first = await store.putEffect({ key, intent: "first", createdAt: timeOf(1) });

    expect(await store.putEffect({ key, intent: "second", createdAt: timeOf(2) })).toEqual(first);
    expect(await store.getEffect(key)).toEqual(first);
  });

  it("gives the same intent to all that put one at once", async ({ store }) => {
    const effects = await Promise.all(
      ["a", "b", "c"].map((text) => store.putEffect({ key, intent: text, createdAt: timeOf(1) })),
    );

    expect(new Set(effects.map((effect) => effect.intent)).size).toBe(1);
  });

  it("says how the outside calls what was made", async ({ store }) => {
    const effect = await store.putEffect({ key, intent, createdAt: timeOf(1) });

    await store.settleEffect(key, { version: "3" });

    expect(await store.getEffect(key)).toEqual({ ...effect, done: { version: "3" } });
    expect(await store.putEffect(effect)).toEqual({ ...effect, done: { version: "3" } });
  });

  it("tells an effect that was made, with nothing to be said of it, from one that was not", async ({ store }) => {
    await store.putEffect({ key, intent, createdAt: timeOf(1) });
    const before = await store.getEffect(key);

    await store.settleEffect(key, null);

    expect([before?.done, (await store.getEffect(key))?.done]).toEqual([undefined, null]);
  });

  it("gives awkward intents back equal", async ({ store }) => {
    const awkward = JSON.parse('{"__proto__": 1, "constructor": "x", "": [0.1, 1e21]}') as Json;
    for (const [place, value] of [awkward, -0, "", [], 2 ** 53].entries()) {
      await store.putEffect({ key: `${key}/${place}`, intent: value, createdAt: timeOf(1) });
      await store.settleEffect(`${key}/${place}`, value);

      const effect = await store.getEffect(`${key}/${place}`);

      for (const stored of [effect!.intent, effect!.done]) {
        expect(Object.is(stored, value) || JSON.stringify(stored) === JSON.stringify(value)).toBe(true);
        expect(Object.is(stored, -0)).toBe(Object.is(value, -0));
      }
    }
  });

  it("has no effect under an unknown key", async ({ store }) => {
    expect(await store.getEffect("absent")).toBeUndefined();
  });

  if (reopens) {
    it("has effects once it is opened again", async ({ fixture, store }) => {
      const effect = await store.putEffect({ key, intent, createdAt: timeOf(1) });

      expect(await (await fixture.reopen!()).getEffect(key)).toEqual(effect);
    });
  }
}

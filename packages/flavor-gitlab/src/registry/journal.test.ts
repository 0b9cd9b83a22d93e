import type { KeyValue } from "@modelstack/mlflow-client/http";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { changesOf, entryTags, type JournalChange } from "./journal.ts";
import { tagsAfter } from "./known-model.ts";

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const long = fc.oneof(
  text,
  text.map((piece) => `${piece}🎉`.repeat(400)),
);
const change: fc.Arbitrary<JournalChange> = fc.record(
  {
    kind: fc.constantFrom("created", "deleted", "stage", "alias", "tag", "comment", "updated"),
    version: text,
    subject: text,
    from: long,
    to: long,
  },
  { requiredKeys: ["kind"] },
);
const entry = fc.record({
  by: fc.record({ actor: text, reason: long, run: text }, { requiredKeys: ["actor"] }),
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  at: fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }),
});

it("reads every entry as it was written, in order, whatever its texts and however long", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      const tags = entries.flatMap(({ by, changes, at }, place) => entryTags(place + 1, by, changes, at));
      const told = entries.flatMap(({ by, changes, at }, place) =>
        changes.map((one, index) => ({ id: `${place + 1}.${index + 1}`, at, model: "m", ...by, ...one })),
      );

      expect(changesOf("m", tags)).toEqual(told);
    }),
  );
});

it("writes only tags that GitLab takes: none blank, none of more than 5,000 characters, no key twice", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      const tags = entries.flatMap(({ by, changes, at }, place) => entryTags(place + 1, by, changes, at));

      expect(tags.filter(({ value }) => value.trim() === "" || Array.from(value).length > 5000)).toEqual([]);
      expect(new Set(tags.map(({ key }) => key)).size).toBe(tags.length);
    }),
  );
});

it("shows nothing of an entry before all of it is written", () => {
  const tags = entryTags(1, { actor: "ada" }, [{ kind: "comment", to: "x".repeat(12_000) }], new Date());

  expect(tags.length).toBeGreaterThan(2);
  for (let count = 0; count < tags.length; count++) expect(changesOf("m", tags.slice(0, count))).toEqual([]);
});

const one = (number: number, change: JournalChange) => entryTags(number, { actor: "ada" }, [change], new Date());

it("passes over what somebody wrote by hand, and over what stands behind a gap", () => {
  const first = one(1, { kind: "created", to: "m" });
  const third = one(3, { kind: "comment", to: "late" });
  const byHand: KeyValue = { key: "modelstack.change.000002", value: "hello" };

  expect(changesOf("m", [...first, ...third]).map(({ kind }) => kind)).toEqual(["created"]);
  expect(changesOf("m", [...first, byHand, ...third]).map(({ kind }) => kind)).toEqual(["created", "comment"]);
});

it("has of every tag the value that it was given last", () => {
  const key = fc.constantFrom("a", "b", "c");
  const step = fc.record({ key, value: fc.option(text, { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const last = new Map([["a", "first"]]);
      for (const { key, value } of steps) {
        if (value === undefined) last.delete(key);
        else last.set(key, value);
      }
      const changes = steps.map(({ key, value }) => ({
        id: "",
        at: new Date(),
        actor: "ada",
        model: "m",
        kind: "tag" as const,
        subject: key,
        ...(value === undefined ? {} : { to: value }),
      }));

      expect(Object.fromEntries(tagsAfter([["a", "first"]], changes))).toEqual(Object.fromEntries(last));
    }),
  );
});

import { isDeepStrictEqual } from "node:util";
import type { Json } from "./json.ts";

/** What is known of something, by group and name: `{ params: { trees: 20 }, metrics: { accuracy: 0.9 } }`. */
export type KnownFacts = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** One thing that is known of several, side by side. */
export interface ComparedFact {
  readonly group: string;
  readonly name: string;
  /** In the order of what is compared; null where it is not known. */
  readonly values: readonly (Json | null)[];
  /** Of numbers: how much each is above the first one, which has 0; null where one of both is no number. */
  readonly deltas?: readonly (number | null)[];
}

/** Lays side by side what is known of several. Groups and names keep the order in which they first come. */
export function compareFacts(all: readonly KnownFacts[]): ComparedFact[] {
  const groups = new Set(all.flatMap((facts) => Object.keys(facts)));
  return [...groups].flatMap((group) => {
    const inGroup = all.map((facts) => new Map(Object.entries(facts[group] ?? {})));
    const names = new Set(inGroup.flatMap((facts) => [...facts.keys()]));
    return [...names].map((name) =>
      comparedFact(
        group,
        name,
        inGroup.map((facts) => facts.get(name) ?? null),
      ),
    );
  });
}

function comparedFact(group: string, name: string, values: readonly (Json | null)[]): ComparedFact {
  const [first] = values;
  if (typeof first !== "number" || !values.some((value, i) => i > 0 && typeof value === "number"))
    return { group, name, values };
  const deltas = values.map((value) => (typeof value === "number" ? value - first : null));
  return { group, name, values, deltas };
}

/** Whether not all have the same value. */
export function differs({ values: [first, ...others] }: ComparedFact): boolean {
  return others.some((value) => !isDeepStrictEqual(value, first));
}

/** A metric as JSON can hold it: what is not finite as its name. */
export function metricJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The tags that people give; the framework's own say what other facts say. */
export function ownTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("modelstack.")));
}

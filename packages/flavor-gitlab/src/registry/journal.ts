import { randomUUID } from "node:crypto";
import type { Caller, RegistryChange } from "@modelstack/core/stack";
import { isMlflowError, type KeyValue } from "@modelstack/mlflow-client/http";
import type { Experiment } from "../client/experiments.ts";
import type { ProjectClient } from "../client/gitlab-client.ts";
import { pieces, serverTags, type ServerTags } from "./own-tags.ts";

// What GitLab has no place for, such as stages, aliases and comments, is a journal in the tags of the model's own experiment. GitLab refuses a
// key that is set: whoever appends an entry under the next number, and is refused, was not the first, reads again and decides again. The
// present state is what all entries together say.

const ENTRY = "modelstack.change.";
const TEXT = "modelstack.text.";
const DIGITS = 6;

/** A change as the journal has it: which model it is of, and who made it when, is said once for all of an entry. */
export type JournalChange = Pick<RegistryChange, "kind" | "version" | "subject" | "from" | "to">;

interface Entry extends Caller {
  /** In ISO 8601, in UTC. */
  readonly at: string;
  /** All of them happened, or none. */
  readonly changes: readonly JournalChange[];
}

/** The name of a model's own experiment. */
export const experimentOf = (model: string) => `[model]${model}`;

const keyOf = (number: number) => ENTRY + String(number).padStart(DIGITS, "0");

/** The changes that the tags of an experiment tell, oldest first. */
export function changesOf(model: string, tags: readonly KeyValue[]): RegistryChange[] {
  const all = serverTags(tags);
  const changes: RegistryChange[] = [];
  // A gap cannot be: what stands behind one is another program's.
  for (let number = 1; all.has(keyOf(number)); number++) {
    const { at, changes: made, ...by } = entryOf(all, all.get(keyOf(number))!) ?? nothing;
    for (const [place, change] of made.entries())
      changes.push({ id: `${number}.${place + 1}`, at: new Date(at), model, ...by, ...change });
  }
  return changes;
}

const nothing: Entry = { at: "", actor: "", changes: [] };

function entryOf(tags: ServerTags, value: string): Entry | undefined {
  try {
    const read = JSON.parse(value) as Entry | { readonly text: string; readonly pieces: number };
    if (!("text" in read)) return read;
    const text = Array.from({ length: read.pieces }, (_, place) => tags.get(`${TEXT}${read.text}.${place + 1}`) ?? "");
    return JSON.parse(text.join("")) as Entry;
  } catch {
    // Somebody wrote it by hand.
    return undefined;
  }
}

/** An entry as tags: of one that is longer than a tag may be, first the pieces of its text, then what says where they are. */
export function entryTags(
  number: number,
  { actor, reason, run }: Caller,
  changes: readonly JournalChange[],
  at: Date,
): KeyValue[] {
  const caller = { actor, ...(reason === undefined ? {} : { reason }), ...(run === undefined ? {} : { run }) };
  const entry: Entry = { at: at.toISOString(), ...caller, changes };
  const texts = pieces(JSON.stringify(entry));
  if (texts.length === 1) return [{ key: keyOf(number), value: texts[0]! }];
  const id = randomUUID();
  return [
    ...texts.map((value, place) => ({ key: `${TEXT}${id}.${place + 1}`, value })),
    { key: keyOf(number), value: JSON.stringify({ text: id, pieces: texts.length }) },
  ];
}

/** The number of the entry that comes next. */
function nextNumber(tags: readonly KeyValue[]): number {
  const all = serverTags(tags);
  let number = 1;
  while (all.has(keyOf(number))) number += 1;
  return number;
}

/**
 * Appends an entry, unless there is nothing to say.
 *
 * @param decide - says what changes, by how things are; asked again when somebody else was first. What it throws, this throws
 * @returns the experiment as it is then
 */
export async function append(
  client: ProjectClient,
  experiment: Experiment,
  by: Caller,
  decide: (tags: readonly KeyValue[]) => readonly JournalChange[],
): Promise<Experiment> {
  const { experiment_id } = experiment;
  for (let known = experiment; ; known = await client.experiments.get(experiment_id)) {
    const changes = decide(known.tags);
    if (changes.length === 0) return known;
    const written = entryTags(nextNumber(known.tags), by, changes, momentAfter(known.tags));
    if (await wasWritten(client, experiment_id, written)) return { ...known, tags: [...known.tags, ...written] };
  }
}

/** Whether no other has taken the number meanwhile. */
async function wasWritten(client: ProjectClient, experiment_id: string, tags: readonly KeyValue[]): Promise<boolean> {
  try {
    for (const tag of tags) await client.experiments.setTag({ experiment_id, ...tag });
    return true;
  } catch (error) {
    const taken = tags.at(-1)!.key;
    if (!isMlflowError(error, "invalid") && !isMlflowError(error, "already-exists")) throw error;
    const { tags: present } = await client.experiments.get(experiment_id);
    if (!present.some(({ key }) => key === taken)) throw error;
    return false;
  }
}

/** Now, or right after the last entry: clocks of several machines differ, and the order is that of the entries. */
function momentAfter(tags: readonly KeyValue[]): Date {
  const last = changesOf("", tags).at(-1)?.at.getTime() ?? 0;
  return new Date(Math.max(Date.now(), last));
}

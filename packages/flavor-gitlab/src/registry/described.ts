import type { TagChanges } from "@modelstack/core/stack";
import type { JournalChange } from "./journal.ts";

/** What callers may change of what is said of a model or version. */
export type Described = { readonly description?: string; readonly tags?: TagChanges };

/** What of a description and tags is to change. */
export function described(
  before: { readonly description: string; readonly tags: Readonly<Record<string, string>> },
  { description, tags = {} }: Described,
): JournalChange[] {
  const changes: JournalChange[] = [];
  if (description !== undefined && description !== before.description)
    changes.push({ kind: "updated", subject: "description", from: before.description, to: description });
  for (const [subject, value] of Object.entries(tags)) {
    const from = Object.hasOwn(before.tags, subject) ? before.tags[subject] : undefined;
    if (from === (value ?? undefined)) continue;
    const change = { kind: "tag", subject, ...(from === undefined ? {} : { from }) } as const;
    changes.push(value === null ? change : { ...change, to: value });
  }
  return changes;
}

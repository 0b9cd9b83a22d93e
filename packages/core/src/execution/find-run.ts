import type { MetadataStore, RunQuery } from "../components/metadata-store.ts";
import type { RunView } from "../components/records.ts";
import { StackError } from "../errors.ts";
import { printable } from "../names.ts";

/**
 * Finds the run that a person means: by id, by the start of one, by name, or `latest`; `among` leaves out others.
 *
 * @throws StackError RUN_NOT_FOUND; AMBIGUOUS listing the runs that match
 */
export async function findRun(
  metadata: MetadataStore,
  reference: string,
  among: Pick<RunQuery, "pipeline"> = {},
): Promise<RunView> {
  const queries = reference === "latest" ? [{}] : [{ idPrefix: reference.toLowerCase() }, { name: reference }];
  for (const query of queries) {
    const { items } = await metadata.listRuns({ ...query, ...among, limit: reference === "latest" ? 1 : 6 });
    const exact = items.find(({ id }) => id === reference.toLowerCase());
    if (exact !== undefined) return exact;
    if (items.length > 1) throw ambiguous(reference, items);
    if (items[0] !== undefined && reference !== "") return items[0];
  }
  const of = among.pipeline === undefined ? "" : ` of pipeline ${printable(among.pipeline)}`;
  throw new StackError("RUN_NOT_FOUND", `There is no run ${printable(reference)}${of}.`, {
    hint: "stack runs list shows them.",
  });
}

function ambiguous(reference: string, matches: readonly RunView[]): StackError {
  const lines = matches.slice(0, 5).map(({ id, name }) => `  ${id}  ${name}`);
  const more = matches.length > 5 ? "\n  …" : "";
  return new StackError("AMBIGUOUS", `${printable(reference)} is the beginning of several runs.`, {
    hint: `Give more of the id:\n${lines.join("\n")}${more}`,
  });
}

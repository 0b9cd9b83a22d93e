import { prefixes } from "./entities.ts";
import { DOT, KEY, QUOTED, WORD } from "./parse-field.ts";
import { Scanner } from "./scanner.ts";

/** What a list shows of each of its items. */
export interface SearchColumn {
  /** `metrics.acc`, as it was written. */
  readonly name: string;
  readonly kind: "metric" | "param" | "tag";
  readonly key: string;
  /** Which value of a metric. */
  readonly of: "last" | "min" | "max" | "count";
}

/**
 * Reads which columns a list has: `metrics.acc, params.lr, tags.team`. Of runs, `metrics.loss.min` is the smallest value that a metric
 * had, and so on with `max`, `last` and `count`; a key that ends like that itself stands in backticks.
 *
 * @throws StackError FILTER_INVALID with the place of the first mistake
 */
export function parseColumns(entity: "run" | "model version", text: string): readonly SearchColumn[] {
  const scanner = new Scanner("The list of columns", text);
  const columns: SearchColumn[] = [];
  do columns.push(parseColumn(scanner, entity));
  while (scanner.take(/,/y) !== undefined);
  if (!scanner.atEnd) scanner.fail(`a comma or the end is expected, not ${scanner.next}`, FORM);
  return columns;
}

const FORM = "A column is metrics.KEY, params.KEY or tags.KEY, and of runs metrics.KEY.min, .max, .last or .count";

function parseColumn(scanner: Scanner, entity: "run" | "model version"): SearchColumn {
  const [at, next] = [scanner.at, scanner.next];
  const prefix = scanner.take(WORD) ?? "";
  const kind = Object.hasOwn(prefixes, prefix) ? prefixes[prefix] : undefined;
  if (kind === undefined || kind === "attribute" || kind === "dataset" || scanner.takeAdjacent(DOT) === undefined)
    scanner.fail(`a column is expected, not ${next}`, FORM, at);
  const { key, of } = parseKey(scanner, kind === "metric" && entity === "run");
  return { name: scanner.since(at), kind, key, of };
}

function parseKey(scanner: Scanner, summarized: boolean): Pick<SearchColumn, "key" | "of"> {
  const bare = scanner.takeAdjacent(KEY);
  if (bare !== undefined) {
    const [, key, of] = (summarized ? /^(.+)\.(last|min|max|count)$/.exec(bare) : undefined) ?? [];
    // The expression has no other words.
    return key === undefined ? { key: bare, of: "last" } : { key, of: of as SearchColumn["of"] };
  }
  const quoted = scanner.takeAdjacent(QUOTED)?.slice(1, -1);
  if (quoted === undefined) scanner.fail(`a key is expected, not ${scanner.next}`, FORM);
  const of = summarized ? scanner.takeAdjacent(/\.(?:last|min|max|count)(?![\w.]|[^\0-\x7f\s])/y)?.slice(1) : undefined;
  return { key: quoted, of: (of ?? "last") as SearchColumn["of"] };
}

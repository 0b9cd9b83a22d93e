import { entities } from "./entities.ts";
import type { SearchEntity, SearchField, SearchOrder } from "./filter.ts";
import { keyHint, parseField } from "./parse-field.ts";
import { Scanner } from "./scanner.ts";

const MAX_TERMS = 10;

const DIRECTION = /(?:asc|desc)(?!\w|[^\0-\x7f\s])/iy;

/**
 * Reads what comes first in a list, as MLflow's `order_by` says it: `metrics.acc DESC`, or several with commas between them.
 *
 * @throws StackError FILTER_INVALID with the place of the first mistake
 */
export function parseOrder(entity: SearchEntity, text: string): SearchOrder {
  const scanner = new Scanner("The order", text);
  const order: { field: SearchField; descending: boolean }[] = [];
  do {
    const at = scanner.at;
    const { field } = parseField(scanner, entity);
    if (order.length === MAX_TERMS) scanner.fail(`there are more than ${MAX_TERMS} fields`, undefined, at);
    if (field.kind !== "attribute" && !entities[entity].sorted.includes(field.kind))
      scanner.fail(`${entity}s are not sorted by ${field.kind}s`, sortedHint(entity), at);
    if (order.some((term) => term.field.kind === field.kind && term.field.key === field.key))
      scanner.fail("the field is there already", undefined, at);
    order.push({ field, descending: scanner.take(DIRECTION)?.toUpperCase() === "DESC" });
  } while (scanner.take(/,/y) !== undefined);
  if (!scanner.atEnd)
    scanner.fail(`ASC, DESC, a comma or the end is expected, not ${scanner.next}`, keyHint("metrics"));
  return order;
}

function sortedHint(entity: SearchEntity): string {
  const { attributes, sorted } = entities[entity];
  return `They are by: ${[...Object.keys(attributes), ...sorted.map((kind) => `${kind}s.KEY`)].join(", ")}`;
}

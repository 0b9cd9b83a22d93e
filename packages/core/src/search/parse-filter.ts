import type { Comparator, SearchClause, SearchEntity, SearchFilter } from "./filter.ts";
import { keyHint, parseField, type KnownField } from "./parse-field.ts";
import { Scanner } from "./scanner.ts";

// Each clause may need another table, of which SQLite joins 64. MLflow's own store has the same limit.
const MAX_CLAUSES = 50;

const AND = /and(?!\w|[^\0-\x7f\s])/iy;
const COMPARATOR = /[<>=!]+|(?:is\s+(?:not\s+)?null|(?:not\s+)?(?:in|like|ilike))(?!\w|[^\0-\x7f\s])/iy;
const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.]|[^\0-\x7f\s])/iy;
const TEXT = /'[^']*'|"[^"]*"/y;

/**
 * Reads a filter in MLflow's language: `metrics.acc > 0.9 AND params.model = 'tree'`. An empty one finds everything.
 *
 * @throws StackError FILTER_INVALID with the place of the first mistake
 */
export function parseFilter(entity: SearchEntity, text: string): SearchFilter {
  const scanner = new Scanner("The filter", text);
  const clauses: SearchClause[] = [];
  if (scanner.atEnd) return clauses;
  do {
    if (clauses.length === MAX_CLAUSES) scanner.fail(`there are more than ${MAX_CLAUSES} clauses`);
    clauses.push(parseClause(scanner, entity));
  } while (scanner.take(AND) !== undefined);
  if (!scanner.atEnd)
    scanner.fail(
      `AND or the end is expected, not ${scanner.next}`,
      "Clauses are joined by AND alone: there is no OR, no NOT, and no parentheses but those of IN.",
    );
  return clauses;
}

function parseClause(scanner: Scanner, entity: SearchEntity): SearchClause {
  const known = parseField(scanner, entity);
  const { field, rule } = known;
  const comparator = parseComparator(scanner, known);
  switch (comparator) {
    case "IS NULL":
    case "IS NOT NULL":
      return { field, comparator };
    case "IN":
    case "NOT IN":
      return { field, comparator, value: parseList(scanner) };
    case "<":
    case "<=":
    case ">":
    case ">=":
      return { field, comparator, value: parseNumber(scanner, known) };
    case "LIKE":
    case "ILIKE":
      return { field, comparator, value: parseText(scanner, rule.anyCase) };
    case "=":
    case "!=":
      return rule.type === "number"
        ? { field, comparator, value: parseNumber(scanner, known) }
        : { field, comparator, value: parseText(scanner, rule.anyCase) };
  }
}

function parseComparator(scanner: Scanner, { field, rule }: KnownField): Comparator {
  const at = scanner.at;
  const name = field.kind === "attribute" ? field.key : `${field.kind}s`;
  if (rule.comparators.length === 0) scanner.fail(`${name} can be sorted by, not filtered by`);
  const given = scanner.take(COMPARATOR)?.toUpperCase().replaceAll(/\s+/g, " ");
  const comparator = rule.comparators.find((one) => one === given);
  if (comparator !== undefined) return comparator;
  const allowed = `${name}: ${rule.comparators.join(", ")}`;
  if (given !== undefined) scanner.fail(`${name} cannot be compared by ${given}`, allowed, at);
  const hint = field.kind === "attribute" || scanner.atEnd ? allowed : `${allowed}\n  ${keyHint(name)}`;
  scanner.fail(`a comparison is expected, not ${scanner.next}`, hint);
}

function parseNumber(scanner: Scanner, { field }: KnownField): number {
  // MLflow takes `version_number = '1'` too.
  const quoted = field.key === "version_number" ? scanner.take(/'\d+'|"\d+"/y)?.slice(1, -1) : undefined;
  const number = quoted ?? scanner.take(NUMBER);
  if (number === undefined) scanner.fail(`a number is expected, not ${scanner.next}`);
  return Number(number);
}

function parseText(scanner: Scanner, anyCase = false): string {
  const text = scanner.take(TEXT)?.slice(1, -1);
  if (text === undefined) {
    if (scanner.sees(/['"]/y)) scanner.fail("the text that begins here has no end");
    scanner.fail(`a text in quotes is expected, not ${scanner.next}`, `Write 'text' or "text".`);
  }
  return anyCase ? text.toUpperCase() : text;
}

function parseList(scanner: Scanner): string[] {
  if (scanner.take(/\(/y) === undefined) scanner.fail(`a list is expected, not ${scanner.next}`, "Write ('a', 'b').");
  const texts = [parseText(scanner)];
  while (scanner.take(/,/y) !== undefined && !scanner.sees(/\)/y)) texts.push(parseText(scanner));
  if (scanner.take(/\)/y) === undefined) scanner.fail(`a comma or ) is expected, not ${scanner.next}`);
  return texts;
}

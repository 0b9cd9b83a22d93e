import { invalidRequest } from "./refusals.ts";

// Grape's rules: what is required must be there, what is there must be of its type; all problems are told at once, joined with ", ".
// [S] lib/api/ml/mlflow/*.rb (`requires`, `optional`); [K] Grape's coercion of primitives.

const INVALID = Symbol("invalid");
type Coerced<T> = T | typeof INVALID;

/** A type of parameters: what a text or a JSON value becomes. */
export type Coerce<T> = (value: unknown, name: string, problems: string[]) => Coerced<T>;

export interface Parameter<T> {
  readonly coerce: Coerce<T>;
  readonly required: boolean;
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>;
type Taken<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

export const required = <T>(coerce: Coerce<T>): Parameter<T> => ({ coerce, required: true });
export const optional = <T>(coerce: Coerce<T>): Parameter<T | undefined> => ({ coerce, required: false });

/** Anything but a list or an object becomes a text. */
export const text: Coerce<string> = (value) =>
  value === null ? "" : typeof value === "object" ? INVALID : `${value as string | number | boolean}`;

export const integer: Coerce<number> = (value) => {
  const number = typeof value === "string" && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : INVALID;
};

/** [I] `"NaN"` and `"Infinity"`, which MLflow sends, are refused: JSON has none. */
export const float: Coerce<number> = (value) => {
  const number =
    typeof value === "string" && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value.trim()) ? Number(value) : value;
  return Number.isFinite(number) ? (number as number) : INVALID;
};

/** A list of texts: a single text is refused. */
export const texts: Coerce<readonly string[]> = (value) => (Array.isArray(value) ? value.map(String) : INVALID);

/** A list of objects with parameters of their own, whose problems are told as `metrics[0][key] is missing`. */
export const listOf =
  <P extends Parameters>(parameters: P): Coerce<readonly Taken<P>[]> =>
  (value, name, problems) => {
    if (!Array.isArray(value)) return INVALID;
    return value.map((item: unknown, index) => {
      const fields = typeof item === "object" && item !== null ? (item as Record<string, unknown>) : {};
      return taken(fields, parameters, (field) => `${name}[${index}][${field}]`, problems);
    });
  };

/** The parameters of a call. */
export function take<P extends Parameters>(input: Readonly<Record<string, unknown>>, parameters: P): Taken<P> {
  const problems: string[] = [];
  const values = taken(input, parameters, (name) => name, problems);
  if (problems.length > 0) throw invalidRequest(problems.join(", "));
  return values;
}

function taken<P extends Parameters>(
  input: Readonly<Record<string, unknown>>,
  parameters: P,
  called: (name: string) => string,
  problems: string[],
): Taken<P> {
  const values: Record<string, unknown> = {};
  for (const [name, { coerce, required }] of Object.entries(parameters)) {
    const value = input[name];
    // A parameter of another type than text that is empty counts as not given.
    if (value === undefined || (value === "" && coerce !== text)) {
      if (required) problems.push(`${called(name)} is missing`);
      continue;
    }
    const coerced = coerce(value, called(name), problems);
    if (coerced === INVALID) problems.push(`${called(name)} is invalid`);
    else values[name] = coerced;
  }
  return values as Taken<P>;
}

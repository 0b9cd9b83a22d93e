import { StackError } from "./errors.ts";

/** How names of steps, instances, inputs, outputs and named artifacts look: they become file names and parts of addresses. */
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
/** Portable names of models and pipelines. Flavors may widen the names of models. */
export const PORTABLE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const MAX_LENGTH = 200;
// Windows refuses these as file names, with any extension.
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/**
 * Returns `name`, or refuses it.
 *
 * @throws StackError NAME_INVALID
 */
export function checkIdentifier(what: string, name: string): string {
  return check(what, name, IDENTIFIER, "letters, digits, _ and -, starting with a letter or digit");
}

/**
 * Returns `name`, or refuses it: letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 200 characters.
 * Names are case-sensitive.
 *
 * @throws StackError NAME_INVALID
 */
export function checkPortableName(what: string, name: string): string {
  return check(what, name, PORTABLE, "letters, digits, '.', '_' and '-', starting with a letter or digit");
}

/**
 * Free text that is shown on a line of its own (experiment and run names, tag keys): any letters, no control characters. Returned in NFC.
 *
 * @throws StackError NAME_INVALID
 */
export function checkLabel(what: string, value: string, maxLength = 250): string {
  const label = value.normalize("NFC");
  if (label.trim() === "") throw invalid(what, value, "it is empty");
  if (label.length > maxLength)
    throw invalid(what, value, `it has ${label.length} characters, at most ${maxLength} are allowed`);
  if (hasControlCharacters(label)) throw invalid(what, value, "it holds control characters");
  if (!label.isWellFormed()) throw invalid(what, value, "it holds half of a surrogate pair");
  return label;
}

function check(what: string, name: string, pattern: RegExp, rule: string): string {
  if (name.trim() === "") throw invalid(what, name, "it is empty");
  if (name.length > MAX_LENGTH)
    throw invalid(what, name, `it has ${name.length} characters, at most ${MAX_LENGTH} are allowed`);
  if (!pattern.test(name)) throw invalid(what, name, `allowed are ${rule}`);
  if (RESERVED.test(name)) throw invalid(what, name, "it is a device name on Windows");
  return name;
}

function invalid(what: string, name: string, why: string): StackError {
  return new StackError("NAME_INVALID", `${what} ${printable(name)} cannot be used: ${why}.`);
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether text holds characters that would act on a terminal rather than be shown. */
export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text);
}

/** A name as it can be shown in an error: quoted, escaped, cut at 60 characters. */
export function printable(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

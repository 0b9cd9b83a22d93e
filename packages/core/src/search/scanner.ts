import { StackError } from "../errors.ts";
import { printable } from "../names.ts";

/** In UTF-16 units. */
const MAX_LENGTH = 100_000;

/** Reads a text from left to right by sticky patterns, and says where it cannot go on. */
export class Scanner {
  readonly #what: string;
  readonly #text: string;
  /** Behind what was taken last. */
  #end = 0;

  /** @throws StackError FILTER_INVALID for an absurdly long text */
  constructor(what: string, text: string) {
    this.#what = what;
    this.#text = text;
    if (text.length > MAX_LENGTH)
      throw new StackError("FILTER_INVALID", `${what} has ${text.length} characters, more than ${MAX_LENGTH}.`);
  }

  /** Where the next thing begins, behind white space. */
  get at(): number {
    return this.#end + this.#find(/\s*/y, this.#end)!.length;
  }

  get atEnd(): boolean {
    return this.at === this.#text.length;
  }

  sees(pattern: RegExp): boolean {
    return this.#find(pattern, this.at) !== undefined;
  }

  take(pattern: RegExp): string | undefined {
    return this.#take(pattern, this.at);
  }

  /** Without white space before it. */
  takeAdjacent(pattern: RegExp): string | undefined {
    return this.#take(pattern, this.#end);
  }

  /** What was taken from there on. */
  since(at: number): string {
    return this.#text.slice(at, this.#end);
  }

  /** @throws StackError FILTER_INVALID with the place, counted in characters from 1 */
  fail(problem: string, hint?: string, at: number = this.at): never {
    const character = Array.from(this.#text.slice(0, at)).length + 1;
    throw new StackError(
      "FILTER_INVALID",
      `${this.#what} is wrong at character ${character}: ${problem}.`,
      hint === undefined ? {} : { hint },
    );
  }

  /** What comes next, for a message. */
  get next(): string {
    return this.atEnd ? "the end" : printable(this.#text.slice(this.at, this.at + 60).split(/\s/)[0]!);
  }

  #take(pattern: RegExp, from: number): string | undefined {
    const found = this.#find(pattern, from);
    if (found !== undefined) this.#end = from + found.length;
    return found;
  }

  #find(pattern: RegExp, from: number): string | undefined {
    pattern.lastIndex = from;
    return pattern.exec(this.#text)?.[0];
  }
}

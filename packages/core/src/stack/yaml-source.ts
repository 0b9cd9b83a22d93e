import {
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from "yaml";
import { StackError, type SourceLocation } from "../errors.ts";
import { refuseDeepBrackets, refuseSurprises, tooDeep, tooManyAliases } from "./yaml-limits.ts";

/** A YAML file that knows where each of its values stands. */
export class YamlSource {
  readonly path: string;
  readonly data: unknown;
  readonly text: string;
  readonly #document: Document;
  readonly #counter: LineCounter;

  private constructor(path: string, text: string, document: Document, counter: LineCounter, data: unknown) {
    this.path = path;
    this.text = text;
    this.#document = document;
    this.#counter = counter;
    this.data = data;
  }

  /**
   * Reads YAML 1.2 with its core schema, as far as JSON can hold it. Warnings (such as unknown tags) count as errors; merge keys, the key
   * `__proto__`, several documents and aliases inside what they stand for are refused.
   *
   * @throws StackError STACK_FILE_SYNTAX with the line
   */
  static parse(path: string, text: string): YamlSource {
    const counter = new LineCounter();
    refuseDeepBrackets(path, text);
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, merge: false, stringKeys: true });
    const at = (offset: number) => locationAt(path, text, counter, offset);
    const [problem] = [...document.errors, ...document.warnings];
    if (problem?.code === "RESOURCE_EXHAUSTION") throw tooDeep(path);
    if (problem !== undefined) {
      throw new StackError("STACK_FILE_SYNTAX", messageFor(problem, document, counter), {
        location: at(problem.pos[0]),
        hint: hintFor(problem.code),
        cause: problem,
      });
    }
    refuseSurprises(document, path, at);
    let data: unknown;
    try {
      data = document.toJS({ maxAliasCount: 100 }) as unknown;
    } catch (cause) {
      throw tooManyAliases(path, cause);
    }
    return new YamlSource(path, text, document, counter, data);
  }

  get isEmpty(): boolean {
    return this.data === null || this.data === undefined;
  }

  /** The value at a path, or `undefined`. */
  at(path: readonly string[]): unknown {
    let value = this.data;
    for (const key of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return value;
  }

  /** Where the value at a path stands, or its key; the nearest thing above it when it is not there. */
  locate(path: readonly string[], what: "key" | "value" = "value"): SourceLocation {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#offset(path.slice(0, length), what);
      if (offset !== undefined) return locationAt(this.path, this.text, this.#counter, offset);
    }
    return { file: this.path };
  }

  /** The text of the value at a path, as it stands in the file. */
  written(path: readonly string[]): string {
    const node: unknown = this.#document.getIn(path, true);
    return isNode(node) && node.range ? this.text.slice(node.range[0], node.range[1]) : "";
  }

  /** The text with one scalar replaced, and everything else (comments, order, spacing) as it was. */
  withScalar(path: readonly string[], value: string): string {
    const node: unknown = this.#document.getIn(path, true);
    const range = isNode(node) ? node.range : undefined;
    if (range === undefined || range === null) throw new TypeError(`there is nothing at ${path.join(".")}`);
    return (
      this.text.slice(0, range[0]) +
      JSON.stringify(value).replace(/^"(?!(?:true|false|null)"$)([A-Za-z][\w.-]*)"$/i, "$1") +
      this.text.slice(range[1])
    );
  }

  #offset(path: readonly string[], what: "key" | "value"): number | undefined {
    if (path.length === 0) return isNode(this.#document.contents) ? this.#document.contents.range?.[0] : undefined;
    const parent: unknown = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (isMap(parent) && what === "key") {
      const pair = parent.items.find((item) => isPair(item) && String(item.key) === path.at(-1));
      if (isNode(pair?.key)) return pair.key.range?.[0];
    }
    const node: unknown = this.#document.getIn(
      path.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
      true,
    );
    return isNode(node) ? node.range?.[0] : undefined;
  }
}

function messageFor(problem: YAMLError, document: Document, counter: LineCounter): string {
  if (problem.code === "MULTIPLE_DOCS") return "one document is expected, but a second begins here";
  const first = problem.code === "DUPLICATE_KEY" ? firstOf(document, problem.pos[0]) : undefined;
  if (first === undefined) return problem.message;
  const line = (offset: number) => counter.linePos(offset).line;
  return `the key "${first.key}" stands in line ${line(first.offset)} and again in line ${line(problem.pos[0])}`;
}

/** The first of two equal keys, of which the second stands at `offset`. */
function firstOf(document: Document, offset: number): { key: string; offset: number } | undefined {
  let found: { key: string; offset: number } | undefined;
  visit(document, {
    Map(_, { items }) {
      const keys = items.map(({ key }) =>
        isScalar(key) ? { key: String(key.value), offset: key.range?.[0] ?? 0 } : undefined,
      );
      const second = keys.find((key) => key?.offset === offset);
      if (second === undefined) return;
      found = keys.find((key) => key?.key === second.key);
      return visit.BREAK;
    },
  });
  return found;
}

function locationAt(file: string, text: string, counter: LineCounter, offset: number): SourceLocation {
  const { line, col } = counter.linePos(offset);
  return { file, line, column: col, text: text.split(/\r?\n/, line)[line - 1] ?? "" };
}

function hintFor(code: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "Indent with spaces.";
    case "DUPLICATE_KEY":
      return "Keep one of the two.";
    case "TAG_RESOLVE_FAILED":
      return "Tags (!…) are not supported: remove it.";
    case "MULTIPLE_DOCS":
      return "Remove the line ---.";
    default:
      return "Mend the YAML at this place.";
  }
}

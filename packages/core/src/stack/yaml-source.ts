import { isMap, isNode, isPair, LineCounter, parseDocument, type Document } from "yaml";
import { StackError, type SourceLocation } from "../errors.ts";

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
   * Reads YAML 1.2 with its core schema. Warnings (such as unknown tags) count as errors, merge keys and several documents are refused.
   *
   * @throws StackError STACK_FILE_SYNTAX with the line
   */
  static parse(path: string, text: string): YamlSource {
    const counter = new LineCounter();
    // The parser goes down recursively: what no person writes is refused before it is tried.
    const depth = nesting(text);
    if (depth > 100)
      throw new StackError("STACK_FILE_SYNTAX", `the file nests ${depth} brackets deep; at most 100 are read`, {
        location: { file: path },
      });
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, merge: false, stringKeys: true });
    const [problem] = [...document.errors, ...document.warnings];
    const at = (offset: number) => locationAt(path, text, counter, offset);
    if (problem !== undefined) {
      const multiple = problem.code === "MULTIPLE_DOCS";
      throw new StackError(
        "STACK_FILE_SYNTAX",
        multiple ? "one document is expected, but a second begins here" : problem.message,
        {
          location: at(problem.pos[0]),
          hint: hintFor(problem.code),
          cause: problem,
        },
      );
    }
    let data: unknown;
    try {
      data = document.toJS({ maxAliasCount: 100 }) as unknown;
    } catch (cause) {
      throw new StackError("STACK_FILE_SYNTAX", "the file repeats aliases (&, *) beyond reason", {
        location: { file: path },
        cause,
      });
    }
    const source = new YamlSource(path, text, document, counter, data);
    source.#refuseMergeKeys(document.contents, []);
    return source;
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

  /** The text with one scalar replaced, and everything else (comments, order, spacing) as it was. */
  withScalar(path: readonly string[], value: string): string {
    const node: unknown = this.#document.getIn(path, true);
    const range = isNode(node) ? node.range : undefined;
    if (range === undefined || range === null) throw new TypeError(`there is nothing at ${path.join(".")}`);
    return (
      this.text.slice(0, range[0]) +
      JSON.stringify(value).replace(/^"([A-Za-z][\w.-]*)"$/, "$1") +
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

  #refuseMergeKeys(node: unknown, path: readonly string[]): void {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (String(key) === "<<") {
        throw new StackError("STACK_FILE_SYNTAX", "merge keys (<<) are not supported", {
          location: isNode(key)
            ? locationAt(this.path, this.text, this.#counter, key.range?.[0] ?? 0)
            : { file: this.path },
          hint: "Write the keys out.",
        });
      }
      this.#refuseMergeKeys(value, [...path, String(key)]);
    }
  }
}

function locationAt(file: string, text: string, counter: LineCounter, offset: number): SourceLocation {
  const { line, col } = counter.linePos(offset);
  return { file, line, column: col, text: text.split(/\r?\n/, line)[line - 1] ?? "" };
}

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const c of text) {
    if (c === "[" || c === "{") deepest = Math.max(deepest, ++depth);
    else if (c === "]" || c === "}") depth--;
  }
  return deepest;
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

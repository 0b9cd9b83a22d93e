import { isCollection, isNode, isScalar, visit, type Document, type Node } from "yaml";
import { StackError, type SourceLocation } from "../errors.ts";

const MAX_DEPTH = 100;
/** Making values of them takes time with the square of their number. */
const MAX_ALIASES = 1000;

export function tooManyAliases(path: string, cause?: unknown): StackError {
  return new StackError("STACK_FILE_SYNTAX", "the file repeats aliases (&, *) beyond reason", {
    location: { file: path },
    hint: "Write out what they stand for.",
    cause,
  });
}

export function tooDeep(path: string): StackError {
  return new StackError("STACK_FILE_SYNTAX", `the file nests more than ${MAX_DEPTH} levels deep`, {
    location: { file: path },
    hint: "A stack needs four levels: is this the right file?",
  });
}

/** The parser goes down recursively: what no person writes is refused before it is tried. */
export function refuseDeepBrackets(path: string, text: string): void {
  let depth = 0;
  for (const c of text) {
    if (c === "[" || c === "{") depth++;
    else if (c === "]" || c === "}") depth--;
    if (depth > MAX_DEPTH) throw tooDeep(path);
  }
}

/** Refuses what YAML allows and a reader would not expect. */
export function refuseSurprises(document: Document, path: string, at: (offset: number) => SourceLocation): void {
  const refuse = (node: unknown, what: string, hint: string): never => {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    throw new StackError("STACK_FILE_SYNTAX", what, { location: at(offset), hint });
  };
  // Looked up here, since `alias.resolve` walks the whole document each time.
  const anchors = new Map<string, Node>();
  let aliases = 0;
  visit(document, {
    Pair(_, { key }) {
      const name = isScalar(key) ? key.value : key;
      if (name === "<<") refuse(key, "merge keys (<<) are not supported", "Write the keys out.");
      if (name === "__proto__") refuse(key, "the key __proto__ cannot be used", "Give it another name.");
    },
    Collection(_, collection, ancestors) {
      if (collection.anchor !== undefined) anchors.set(collection.anchor, collection);
      if (ancestors.filter(isCollection).length >= MAX_DEPTH) throw tooDeep(path);
    },
    Alias(_, alias, ancestors) {
      if (++aliases > MAX_ALIASES) throw tooManyAliases(path);
      const target = anchors.get(alias.source);
      if (target === undefined)
        refuse(
          alias,
          `the alias *${alias.source} stands for nothing`,
          `Write &${alias.source} before what it stands for.`,
        );
      else if (ancestors.includes(target))
        refuse(alias, `the alias *${alias.source} stands inside what it stands for`, "Write out what is meant.");
    },
    Scalar(_, scalar) {
      if (scalar.anchor !== undefined) anchors.set(scalar.anchor, scalar);
      const { value } = scalar;
      const plain = value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
      if (!plain) refuse(scalar, "this value is neither text, a number, true, false nor null", "Put it in quotes.");
      if (/^[-+]?\d+$/.test(scalar.source ?? "") && typeof value === "number" && !Number.isSafeInteger(value))
        refuse(scalar, "this number has more digits than can be kept", "Put it in quotes.");
    },
  });
}

import { describe, expect, it } from "vitest";
import { YamlSource } from "./yaml-source.ts";

const parse = (text: string) => YamlSource.parse("stack.yaml", text);
const syntax = (message: string, place: { line?: number; column?: number; text?: string } = {}) =>
  expect.objectContaining({
    code: "STACK_FILE_SYNTAX",
    message: expect.stringContaining(message),
    hint: expect.any(String),
    location: expect.objectContaining({ file: "stack.yaml", ...place }),
  });

describe("refuses, with the place and what to do", () => {
  it("A03 tabs as indentation, quoting the line", () => {
    expect(() => parse("stacks:\n\tlocal: {}\n")).toThrow(
      syntax("Tabs are not allowed", { line: 2, column: 1, text: "\tlocal: {}" }),
    );
  });

  it("A04 a key that is there twice, naming both lines", () => {
    expect(() => parse("version: 1\nstacks:\n  local:\n    tracker: a\n    registry: b\n    tracker: c\n")).toThrow(
      syntax('the key "tracker" stands in line 4 and again in line 6', { line: 6, column: 5, text: "    tracker: c" }),
    );
  });

  it("A09 aliases that multiply", () => {
    const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`);
    expect(() => parse(["a0: &a0 [x, x, x, x, x, x, x, x, x]", ...levels].join("\n"))).toThrow(
      syntax("repeats aliases (&, *) beyond reason"),
    );
  });

  it.each([
    ["of one anchor", `- &a x\n${"- *a\n".repeat(20_000)}`],
    ["of many anchors", Array.from({ length: 20_000 }, (_, i) => `- [&a${i} x, *a${i}]`).join("\n")],
  ])("A09 very many aliases %s", (_what, text) => {
    expect(() => parse(text)).toThrow(syntax("repeats aliases (&, *) beyond reason"));
  });

  it("A09 an alias inside what it stands for", () => {
    expect(() => parse("a: 1\nb: &b\n  c: [*b]\n")).toThrow(
      syntax("the alias *b stands inside what it stands for", { line: 3, column: 7 }),
    );
  });

  it.each([
    ["brackets", "[".repeat(20_000)],
    ["braces", "{a: ".repeat(20_000)],
    ["lists", "- ".repeat(20_000)],
    ["keys", "? ".repeat(20_000)],
    ["mappings", Array.from({ length: 102 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["lists in lists", `${"- ".repeat(101)}x`],
  ])("A10 %s that nest too deep", (_what, text) => {
    expect(() => parse(text)).toThrow(syntax("nests more than 100 levels deep"));
  });

  it.each([
    ["in a mapping", "b: &b { x: 1 }\na:\n  <<: *b\n", 3, 3],
    ["in a mapping in a list", "b: &b { x: 1 }\na: [ { <<: *b } ]\n", 2, 8],
  ])("A12 merge keys %s", (_what, text, line, column) => {
    expect(() => parse(text)).toThrow(syntax("merge keys (<<) are not supported", { line, column }));
  });

  it.each(["!!js/function 'x'", "!Foo x", "!!python/object:os.system x"])("A13 the tag of %s", (value) => {
    expect(() => parse(`a: 1\nb: ${value}\n`)).toThrow(syntax("Unresolved tag", { line: 2, column: 4 }));
  });

  it.each(["!!binary aGVsbG8=", ".nan", ".inf", "-.inf"])("A13 %s, which JSON cannot hold", (value) => {
    expect(() => parse(`a: 1\nb: ${value}\n`)).toThrow(syntax("neither text, a number", { line: 2 }));
  });

  it("A22 a number that would be rounded", () => {
    expect(() => parse("id: 9007199254740993\n")).toThrow(
      syntax("more digits than can be kept", { line: 1, column: 5 }),
    );
    expect(parse("id: 9007199254740991\nlimit: 1e300\n").data).toEqual({ id: 9007199254740991, limit: 1e300 });
  });

  it("A14 a second document", () => {
    expect(() => parse("a: 1\n---\nb: 2\n")).toThrow(syntax("one document is expected", { line: 2, text: "---" }));
  });

  it("A15 a key called __proto__, wherever it stands", () => {
    expect(() => parse("a:\n  - __proto__: { polluted: true }\n")).toThrow(
      syntax("the key __proto__ cannot be used", { line: 2, column: 5 }),
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ["a bracket that is left open", "a: [1\nb: 2\n"],
    ["keys that are no text", "? [a]\n: b\n"],
    ["a text that is left open", 'a: "x\n'],
    ["an alias of nothing", "a: *x\n"],
  ])("%s", (_what, text) => {
    expect(() => parse(text)).toThrow(syntax("", { line: expect.any(Number) as number }));
  });
});

describe("reads", () => {
  it("A15 keys that every object has, as keys", () => {
    expect(parse("constructor: 1\ntoString: 2\n").data).toEqual({ constructor: 1, toString: 2 });
  });

  it("A16 a byte order mark and CRLF like LF, with right places", () => {
    const source = parse("\uFEFFversion: 1\r\nstacks:\r\n  local: x\r\n");
    expect(source.data).toEqual({ version: 1, stacks: { local: "x" } });
    expect(source.locate(["stacks", "local"])).toMatchObject({ line: 3, column: 10, text: "  local: x" });
  });

  it("A22 words that older YAML takes for booleans as text", () => {
    expect(parse("a: NO\nb: yes\nc: on\nd: 1.10.0\n").data).toEqual({ a: "NO", b: "yes", c: "on", d: "1.10.0" });
  });

  it("A22 keys as the text that they are", () => {
    expect(parse("1.10: a\nNO: b\n0o17: c\ntrue: d\n").data).toEqual({ "1.10": "a", NO: "b", "0o17": "c", true: "d" });
  });

  it("aliases within reason", () => {
    expect(parse("a: &a { x: 1 }\nb: *a\n").data).toEqual({ a: { x: 1 }, b: { x: 1 } });
  });

  it.each(["", "# only a comment\n", "null", "---\n...\n"])("A02 %j as empty", (text) => {
    expect(parse(text).isEmpty).toBe(true);
  });
});

describe("places", () => {
  const source = parse("version: 1\nstacks:\n  local:\n    list: [a, { b: 2 }]\n");

  it.each([
    [["version"], "value", 1, 10],
    [["version"], "key", 1, 1],
    [["stacks", "local"], "key", 3, 3],
    [["stacks", "local", "list", "1", "b"], "value", 4, 20],
  ] as const)("of %j (its %s)", (path, what, line, column) => {
    expect(source.locate(path, what)).toMatchObject({ file: "stack.yaml", line, column });
  });

  it("of what is not there are those of the nearest thing above", () => {
    expect(source.locate(["stacks", "local", "gone", "deeper"])).toMatchObject({ line: 4, column: 5 });
    expect(source.locate([])).toMatchObject({ line: 1, column: 1 });
    expect(parse("").locate(["a"])).toEqual({ file: "stack.yaml" });
  });
});

describe("at", () => {
  it("gives a value, and nothing for what only looks like a key", () => {
    const source = parse("a: { b: [x] }\n");
    expect(source.at(["a", "b", "0"])).toBe("x");
    expect([source.at(["a", "toString"]), source.at(["a", "b", "0", "length"]), source.at(["z"])]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("withScalar", () => {
  const text = "# top\nversion: 1\nactive:   'local' # the one in use\nstacks: {}\n";

  it.each([
    ["team", "team"],
    ["my team", '"my team"'],
    ["true", '"true"'],
    ["Null", '"Null"'],
    ["1.10", '"1.10"'],
  ])("replaces one value by %j and keeps everything else", (value, written) => {
    const changed = parse(text).withScalar(["active"], value);
    expect(changed).toBe(`# top\nversion: 1\nactive:   ${written} # the one in use\nstacks: {}\n`);
    expect(parse(changed).at(["active"])).toBe(value);
  });

  it("fails when there is nothing to replace", () => {
    expect(() => parse(text).withScalar(["gone"], "x")).toThrow("there is nothing at gone");
  });
});

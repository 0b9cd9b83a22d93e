import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quote } from "../quote.ts";
import { commandLine } from "./command-line.ts";

const line = (...argv: string[]) => commandLine(["/usr/bin/node", ...argv], []);

describe("commandLine", () => {
  it.each([
    [["/p/node_modules/.bin/stack", "run", "train.ts"], "npx stack run train.ts"],
    [["/p/node_modules/modelstack/bin/stack.js", "run", "train.ts"], "npx stack run train.ts"],
    [["/p/node_modules/.bin/modelstack", "list"], "npx modelstack list"],
    [["/p/train.ts"], "node /p/train.ts"],
    [["/p/train.ts", "--rows", "5"], "node /p/train.ts --rows 5"],
  ])("is what a person would type: %j", (argv, expected) => {
    expect(line(...argv)).toBe(expected);
  });

  it("has the flags of node, without which a script may not run", () => {
    expect(commandLine(["node", "/p/train.ts"], ["--import", "tsx"])).toBe("node --import tsx /p/train.ts");
    expect(commandLine(["node", "/p/.bin/stack", "list"], ["--import", "tsx"])).toBe("npx stack list");
  });

  it("does without a script, as in a console", () => {
    expect(commandLine(["node"], [])).toBe("node");
  });

  it("quotes words that a shell would not take as they are", () => {
    expect(line("/p/stack", "run", "my train.ts", "--param", "name=it's $HOME")).toBe(
      "npx stack run 'my train.ts' --param 'name=it'\\''s $HOME'",
    );
  });

  it("J04 hides secrets", () => {
    expect(line("/p/t.ts", "--token", "abc", "--password=abc", "https://u:p@host/x", "glpat-abcdefghijklmno")).toBe(
      "node /p/t.ts --token *** --password=*** https://***@host/x ***",
    );
  });

  it("of this process is that of this process", () => {
    expect(commandLine()).toContain("node");
  });
});

describe("quote", () => {
  it.each([
    ["plain-word_1.2,3:4/5=6@7%8+9", "plain-word_1.2,3:4/5=6@7%8+9"],
    ["", "''"],
    ["data/*.csv", "'data/*.csv'"],
    ["~", "'~'"],
    ["a\nb", "'a\nb'"],
    ["é", "'é'"],
    ["token=***", "token=***"],
  ])("writes %j as %s", (word, quoted) => {
    expect(quote(word)).toBe(quoted);
  });

  it("gives words that a shell reads back as they were", () => {
    // A shell takes neither NUL nor half a surrogate pair; mask stars stay bare and could name files, so they are left out.
    const word = fc.string({ unit: "binary" }).map((text) => text.toWellFormed().replaceAll(/\0|\*{3}/g, ""));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const script = `for w in ${words.map(quote).join(" ")}; do printf '%s\\0' "$w"; done`;
        expect(execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1)).toEqual(words);
      }),
      { numRuns: 100 },
    );
  });
});

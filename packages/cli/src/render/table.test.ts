import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { fields, table } from "./table.ts";

describe("table", () => {
  it("aligns columns under their headings, without spaces at the ends of lines", () => {
    expect(
      table(
        ["RUN", "STATUS", "TOOK"],
        [
          ["first", "succeeded", ""],
          ["a", "failed", "0.52 s"],
        ],
      ),
    ).toBe("RUN    STATUS     TOOK\nfirst  succeeded\na      failed     0.52 s");
  });

  it("has its headings alone when there are no rows", () => {
    expect(table(["A", "B"], [])).toBe("A  B");
  });

  it("counts a wide letter as two columns", () => {
    const lines = table(
      ["NAME", "N"],
      [
        ["漢字", "1"],
        ["é", "2"],
        ["👨‍👩‍👧‍👦", "3"],
      ],
    ).split("\n");
    expect(lines.map((line) => stringWidth(line))).toEqual([7, 7, 7, 7]);
  });

  it("leaves a table that fits as it is", () => {
    const rows = [["abc", "def"]];
    expect(table(["A", "B"], rows, 8)).toBe(table(["A", "B"], rows));
  });

  it("takes from the widest column until the row fits", () => {
    expect(table(["ID", "NAME"], [["1234", "a".repeat(50)]], 20)).toBe(`ID    NAME\n1234  ${"a".repeat(13)}…`);
  });

  it("takes from the last column first, as long as something of it can be read", () => {
    const row = ["a".repeat(20), "b".repeat(36)];
    expect(table(["NAME", "ID"], [row], 40)).toBe(`NAME${" ".repeat(18)}ID\n${row[0]}  ${"b".repeat(17)}…`);
    expect(table(["NAME", "ID"], [row], 30)).toBe(`NAME${" ".repeat(14)}ID\n${"a".repeat(15)}…  ${"b".repeat(11)}…`);
  });

  it("cuts between letters that are seen, never inside one", () => {
    const [, line] = table(["NAME"], [["👨‍👩‍👧‍👦".repeat(10)]], 8).split("\n");
    expect(line).toBe("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦…");
  });

  it("keeps four columns of each, however narrow the terminal is", () => {
    expect(table(["ONE", "TWO"], [["abcdefgh", "12345678"]], 3)).toBe("ONE   TWO\nabc…  123…");
  });

  it("keeps a value on its line, whatever it holds", () => {
    expect(table(["A"], [["one\ntwo\u001b[31m\u2028three"]])).toBe("A\none two [31m three");
  });

  it("treats a missing cell as empty", () => {
    expect(table(["A", "B"], [["1"]])).toBe("A  B\n1");
  });
});

describe("fields", () => {
  it("aligns the values", () => {
    expect(
      fields([
        ["run", "1"],
        ["pipeline", "lines"],
      ]),
    ).toBe("run:       1\npipeline:  lines");
  });

  it("shows control characters without sending them, and keeps line breaks", () => {
    expect(fields([["text", "one\ntwo\u001b[31m"]])).toBe("text:  one\ntwo\\u001b[31m");
  });

  it("has no line without fields", () => {
    expect(fields([])).toBe("");
  });
});

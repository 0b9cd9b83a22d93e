import { describe, expect, it } from "vitest";
import type { ComparedFact } from "@modelstack/core";
import { commitsMarkdown, commitsText, comparisonMarkdown, comparisonText } from "./comparison.ts";

const fact = (group: string, name: string, values: ComparedFact["values"]): ComparedFact => {
  const [first] = values;
  const deltas = values.map((value) => (typeof value === "number" && typeof first === "number" ? value - first : null));
  return { group, name, values, deltas };
};
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

const facts = [
  fact("run", "commit", ["a".repeat(40), "b".repeat(40)]),
  fact("params", "trees", [20, 40]),
  fact("metrics", "accuracy", [0.955_882_352, 0.970_588_235]),
  fact("inputs", "rows.csv", [digest("1"), digest("2")]),
  fact("files", "model/forest.json", [{ size: 2048, digest: digest("3") }, null]),
  fact("tags", "team", ["", "birds\nof prey"]),
];

describe("comparisonText", () => {
  it("has what is compared as columns, with how far metrics are apart", () => {
    expect(comparisonText(["small", "large"], facts)).toBe(
      [
        "                         small                 large",
        "commit                   aaaaaaaa              bbbbbbbb",
        "params.trees             20                    40",
        "metrics.accuracy         0.9559                0.9706 (+0.01471)",
        "inputs.rows.csv          111111111111          222222222222",
        "files.model/forest.json  2.0 KiB 333333333333  -",
        'tags.team                ""                    birds of prey',
      ].join("\n"),
    );
  });

  it("has it as rows when there is more of it than fits", () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const many = [
      fact("metrics", "loss", [1, 2, 1, null, 0.5, 1, 1]),
      fact(
        "run",
        "status",
        names.map(() => "failed"),
      ),
    ];
    expect(comparisonText(names, many).split("\n").slice(0, 5)).toEqual([
      "   metrics.loss  status",
      "a  1             failed",
      "b  2 (+1)        failed",
      "c  1             failed",
      "d  -             failed",
    ]);
    expect(comparisonText(names.slice(1), many).split("\n")[0]).toMatch(/^ +b +c +d/);
  });

  it("lets no name steer the terminal", () => {
    const text = comparisonText(["a", "b"], [fact("metrics", "\u001b[2Jloss", [1, 2])]);
    expect(text).toContain("metrics.\\u001b[2Jloss");
  });

  it("writes numbers out where four digits do not tell them apart", () => {
    expect(comparisonText(["a", "b"], [fact("params", "rate", [0.123_456, 0.123_457])])).toContain(
      "0.123456  0.123457",
    );
    expect(comparisonText(["a", "b"], [fact("params", "seed", [123_456, 7])])).toContain("123456  7");
  });
});

describe("comparisonMarkdown", () => {
  it("is a table with a column for changes", () => {
    expect(comparisonMarkdown(["small", "large"], facts.slice(0, 3))).toBe(
      [
        "|  | `small` | `large` | change |",
        "| --- | --- | --- | --- |",
        "| `commit` | `aaaaaaaa` | `bbbbbbbb` |  |",
        "| `params.trees` | `20` | `40` |  |",
        "| `metrics.accuracy` | `0.9559` | `0.9706` | +0.01471 |",
      ].join("\n"),
    );
  });

  it("lets no text leave its cell", () => {
    const awkward = fact("tags", "a|b", ["x | `y`\n| z", "\u001b[31m@ada <img>"]);
    expect(comparisonMarkdown(["one", "two"], [awkward]).split("\n")[2]).toBe(
      "| `tags.a\\|b` | `` x \\| `y` \\| z `` | `\\u001b[31m@ada <img>` |  |",
    );
  });
});

describe("commits", () => {
  const commit = (digit: string, subject: string) => ({
    commit: digit.repeat(40),
    author: "Ada",
    at: "2026-11-21T09:00:00+01:00",
    subject,
  });
  const both = { known: true, added: [commit("1", "More | trees")], removed: [commit("2", "Less")] } as const;

  it("are listed like a diff", () => {
    expect(commitsText(both)).toBe(
      ["COMMITS", "+ 11111111  More | trees  Ada, 2026-11-21", "- 22222222  Less          Ada, 2026-11-21"].join("\n"),
    );
    expect(commitsMarkdown(both)).toBe("- 11111111 `More \\| trees`\n- without 22222222 `Less`");
  });

  it("are left out when there are none, and why they are not known is said", () => {
    expect(commitsText({ known: true, added: [], removed: [] })).toBe("");
    expect(commitsText({ known: false, why: "no" })).toBe("commits between: no");
    expect(commitsMarkdown({ known: false, why: "no" })).toBe("Commits between: no.");
  });
});

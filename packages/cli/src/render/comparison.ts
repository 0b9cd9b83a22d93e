import { isDigest, shortDigest, type CommitsBetween, type ComparedFact } from "@modelstack/core";
import { change, significant } from "./number.ts";
import { table } from "./table.ts";
import { bytes } from "./time.ts";
import { visible } from "./visible.ts";

/** More than so many things are shown as rows, one below the other. */
const MOST_COLUMNS = 6;

/** Facts side by side: what is compared as columns, or as rows when it is more than fits. */
export function comparisonText(names: readonly string[], facts: readonly ComparedFact[], columns?: number): string {
  const labels = facts.map(labelOf);
  const cells = facts.map(cellsOf);
  return names.length <= MOST_COLUMNS
    ? table(
        ["", ...names],
        cells.map((row, i) => [labels[i]!, ...row]),
        columns,
      )
    : table(
        ["", ...labels],
        names.map((name, i) => [name, ...cells.map((row) => row[i]!)]),
        columns,
      );
}

/** The same as a Markdown table, with changes of numbers in a column of their own where two are compared. */
export function comparisonMarkdown(names: readonly string[], facts: readonly ComparedFact[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = facts.map((fact) => {
    const delta = isMeasured(fact) ? change(fact.deltas?.[1] ?? 0) : "";
    return row([code(labelOf(fact)), ...valuesOf(fact).map(code), delta]);
  });
  return [row(["", ...names.map(code), "change"]), row(["---", ...names.map(() => "---"), "---"]), ...lines].join("\n");
}

/** `params.trees`; what is said of a run or version itself stands alone. */
function labelOf({ group, name }: ComparedFact): string {
  return visible(group === "run" || group === "version" ? name : `${group}.${name}`);
}

function cellsOf(fact: ComparedFact): string[] {
  const values = valuesOf(fact);
  if (!isMeasured(fact)) return values;
  return values.map((value, i) => {
    const delta = change(fact.deltas?.[i] ?? 0);
    return delta === "" ? value : `${value} (${delta})`;
  });
}

/** Whether a change of the number says something: of a parameter it only says that it was chosen otherwise. */
function isMeasured({ group }: ComparedFact): boolean {
  return group === "metrics" || group === "outputs";
}

/** The values as short as they can be told apart. */
function valuesOf(fact: ComparedFact): string[] {
  const short = fact.values.map((value) => valueText(value, fact));
  const different = new Set(fact.values.map((value) => JSON.stringify(value)));
  return new Set(short).size === different.size ? short : fact.values.map(fullText);
}

function valueText(value: ComparedFact["values"][number], { group, name }: ComparedFact): string {
  if (typeof value === "number") return significant(value);
  if (typeof value === "string" && isDigest(value)) return shortDigest(value);
  if (typeof value === "string" && name === "commit") return value.slice(0, 8);
  if (group === "files" && isFile(value)) return `${bytes(value.size)} ${shortDigest(value.digest)}`;
  return fullText(value);
}

function fullText(value: ComparedFact["values"][number]): string {
  if (value === null) return "-";
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

function isFile(value: unknown): value is { size: number; digest: `sha256:${string}` } {
  return typeof value === "object" && value !== null && "size" in value && "digest" in value;
}

/** The commits between two, like a diff: `+` those that only the second has. */
export function commitsText(commits: CommitsBetween): string {
  if (!commits.known) return `commits between: ${commits.why}`;
  const { added, removed } = commits;
  if (added.length + removed.length === 0) return "";
  const rows = [...added.map((one) => ["+", one] as const), ...removed.map((one) => ["-", one] as const)];
  const lines = rows.map(([sign, { commit, subject, author, at }]) => [
    `${sign} ${commit.slice(0, 8)}`,
    subject,
    `${author}, ${at.slice(0, 10)}`,
  ]);
  return table(["COMMITS", "", ""], lines);
}

/** The same as a Markdown list. */
export function commitsMarkdown(commits: CommitsBetween): string {
  if (!commits.known) return `Commits between: ${commits.why}.`;
  const { added, removed } = commits;
  const item = (sign: string) => (one: (typeof added)[number]) =>
    `- ${sign}${one.commit.slice(0, 8)} ${code(one.subject)}`;
  return [...added.map(item("")), ...removed.map(item("without "))].join("\n");
}

/** Any text as inline code, in which nothing is markup, a mention or the border of a cell. */
function code(text: string): string {
  const line = visible(text.replaceAll(/\s*[\r\n]+\s*/g, " ")).replaceAll("|", "\\|");
  if (line.trim() === "") return "";
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** A fenced block of a page: a command, code, a file, or what a command prints. */
export interface Block {
  /** The line of its opening fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  /** The words after the language: a file's name, `run`. */
  readonly words: readonly string[];
  readonly text: string;
  /** Why it is not run: the comment `<!-- not run: … -->` before it. */
  readonly notRun: string | undefined;
  /** Whether nothing but blank lines stands between it and the block before it. */
  readonly follows: boolean;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  let before = "";
  let follows = false;
  for (let i = 0; i < lines.length; i++) {
    const [, fence, language = "", rest = ""] = /^(`{3,})(\S*)(.*)$/.exec(lines[i]!) ?? [];
    if (fence === undefined) {
      if (lines[i]!.trim() === "") continue;
      before = lines[i]!;
      follows = false;
      continue;
    }
    const end = lines.indexOf(fence, i + 1);
    if (end < 0) throw new Error(`line ${i + 1}: the block is not closed`);
    blocks.push({
      line: i + 1,
      language,
      words: rest.split(/\s+/).filter((word) => word !== ""),
      text: lines.slice(i + 1, end).join("\n"),
      notRun: /^<!-- not run: (.+) -->$/.exec(before.trim())?.[1],
      follows,
    });
    before = "";
    follows = true;
    i = end;
  }
  return blocks;
}

/** The targets of a page's links that are neither addresses nor places in the same page. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^(`{3,})[^]*?^\1$/gm, "");
  return [...prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What differs from run to run, by what stands for it. The order matters. */
const changing: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME"],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "ID"],
  [/-\d{8}-\d{6}-[0-9a-f]{4}\b/g, "-TIME"],
  // GitLab numbers all that it keeps.
  [/(?<=\/-\/ml\/models\/)\d+(\/versions\/)\d+/g, "ID$1ID"],
  [/\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{12}|[0-9a-f]{8})\b/g, "HASH"],
  [/\b\d+(?:\.\d+)? (?:s|min|h|d)\b(?: \d+ (?:s|min)\b)?/g, "TIME"],
  // environment.json lists the installed packages.
  [/(?<=environment\.json +)\d+(?:\.\d+)? \w+/g, "SIZE"],
  // Columns are as wide as what stands in them.
  [/ {2,}/g, "  "],
  [/ +$/gm, ""],
];

/** A command's output without what differs from run to run. */
function normalised(output: string): string {
  return changing.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), output.trim());
}

/**
 * What was printed beside what a page shows of it, both without what changes. Where the page shows only `…` in a line, it is taken to show
 * whatever stands there.
 */
export function compared(printed: string, shown: string): { readonly printed: string; readonly shown: string } {
  const expected = normalised(shown);
  const parts = expected.split(/^…\n?/m).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join("[^]*?")}$`);
  const output = normalised(printed);
  return { printed: pattern.test(output) ? expected : output, shown: expected };
}

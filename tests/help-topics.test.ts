import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exitCodeOf } from "@modelstack/core";
import { expect, it } from "vitest";
import { topics } from "../packages/cli/src/help/topics.ts";

const page = readFileSync(join(import.meta.dirname, "..", "docs", "command-line.md"), "utf8");

/** The first cells of a section's table. */
function cellsOf(heading: string): string[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const rows = section.split("\n## ")[0]!.matchAll(/^\| (.+?) +\|/gm);
  return [...rows].map(([, cell]) => cell!).filter((cell) => !/^-+$/.test(cell));
}

it("stack help exit-codes says every exit code that docs/command-line.md does, and that errors have", () => {
  const documented = cellsOf("Exit codes").flatMap((cell) => cell.match(/\d+/g) ?? []);
  const helped = [...topics["exit-codes"]!.text.matchAll(/^ {2}(\d+) /gm)].map(([, code]) => code);
  expect(helped).toEqual(documented);
  for (const kind of ["failed", "invalid", "not-found", "forbidden", "conflict", "unavailable", "integrity"] as const)
    expect(helped).toContain(String(exitCodeOf(kind)));
});

it("stack help environment says every variable that docs/command-line.md does", () => {
  const documented = cellsOf("Environment variables").flatMap((cell) => cell.match(/`([A-Z_=a-z]+)`/g) ?? []);
  expect(documented.length).toBeGreaterThan(6);
  for (const name of documented) expect(topics["environment"]!.text).toContain(name.replaceAll("`", ""));
});

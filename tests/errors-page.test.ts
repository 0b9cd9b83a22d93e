import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCodes, exitCodeOf } from "@modelstack/core";
import { expect, it } from "vitest";

const page = readFileSync(join(import.meta.dirname, "..", "docs", "errors.md"), "utf8");
const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| ([\w-]+) +\| (\d+) +\| /gm)];

it("docs/errors.md lists every code once, with its kind and exit code", () => {
  const shown = rows.map(([, code, kind, exit]) => `${code} ${kind} ${exit}`);
  const known = Object.entries(errorCodes).map(([code, kind]) => `${code} ${kind} ${exitCodeOf(kind)}`);
  expect(shown.sort()).toEqual(known.sort());
});

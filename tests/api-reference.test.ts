import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as modelstack from "../packages/cli/src/index.ts";
import { temporaryFolder } from "./support/kept.ts";

const docs = join(import.meta.dirname, "..", "docs");

it("npm run docs describes every export of modelstack, with no link that leads nowhere", () => {
  using out = temporaryFolder("modelstack-api");

  // Warnings count as errors: see typedoc.json.
  execFileSync(process.execPath, [join(docs, "node_modules", ".bin", "typedoc"), "--out", out.path], {
    cwd: docs,
    stdio: ["ignore", "ignore", "inherit"],
  });

  const page = readFileSync(join(out.path, "modelstack.md"), "utf8");
  const described = [...page.matchAll(/^### (\w+)/gm)].map(([, name]) => name);
  expect(Object.keys(modelstack).filter((name) => !described.includes(name))).toEqual([]);
});

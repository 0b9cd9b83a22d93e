import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as modelstack from "../packages/cli/src/index.ts";
import * as client from "../packages/mlflow-client/src/index.ts";
import * as http from "../packages/mlflow-client/src/http.ts";
import * as protocol from "../packages/mlflow-client/src/protocol/index.ts";
import { temporaryFolder } from "./support/kept.ts";

const docs = join(import.meta.dirname, "..", "docs");

it("npm run docs describes every export of modelstack and of the MLflow client, with no link that leads nowhere", () => {
  using out = temporaryFolder("modelstack-api");

  // Warnings count as errors: see typedoc.json.
  execFileSync(process.execPath, [join(docs, "node_modules", ".bin", "typedoc"), "--out", out.path], {
    cwd: docs,
    stdio: ["ignore", "ignore", "inherit"],
  });

  const undescribed = (module: object, page: string) => {
    const headings = readFileSync(join(out.path, page), "utf8").matchAll(/^### (\w+)/gm);
    const described = new Set([...headings].map(([, name]) => name));
    return Object.keys(module).filter((name) => !described.has(name));
  };
  expect(undescribed(modelstack, "modelstack.md")).toEqual([]);
  expect(undescribed(client, "@modelstack.mlflow-client.md")).toEqual([]);
  expect(undescribed(http, "@modelstack.mlflow-client.http.md")).toEqual([]);
  expect(undescribed(protocol, "@modelstack.mlflow-client.protocol.md")).toEqual([]);
});

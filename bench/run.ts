// `npm run bench`: measures the product beside floors measured in the same run, prints the table and keeps it in bench/RESULTS.md.
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { commandRows } from "./commands.ts";
import { fileRows } from "./files.ts";
import { gitlabRows } from "./gitlab.ts";
import type { Row } from "./measure.ts";
import { mlflowRows } from "./mlflow.ts";
import { modelRows } from "./models.ts";
import { pointRows } from "./points.ts";
import { searchRows } from "./search.ts";
import { stepRows } from "./steps.ts";

const groups: Record<string, () => Promise<Row[]>> = {
  steps: stepRows,
  points: pointRows,
  commands: commandRows,
  search: searchRows,
  files: fileRows,
  models: modelRows,
  mlflow: mlflowRows,
  gitlab: gitlabRows,
};
const wanted = process.argv.slice(2);
const names = wanted.length === 0 ? Object.keys(groups) : wanted;

const rows: Row[] = [];
for (const name of names) rows.push(...(await groups[name]!()));
const table = render(rows);
process.stdout.write(`${table}\n`);
if (wanted.length === 0) writeFileSync(join(import.meta.dirname, "RESULTS.md"), page(table));

function render(all: readonly Row[]): string {
  const lines = all.map(({ what, floor, product, ratio, budget, unit }) => {
    const shown = unit === undefined ? `${ratio.toFixed(2)} times` : "-";
    const limit = unit === undefined ? `${budget} times` : `${budget} ${unit}`;
    return `| ${what} | ${floor} | ${product} | ${shown} | ${limit} | ${ratio <= budget ? "yes" : "NO"} |`;
  });
  return [
    "| what | floor | modelstack | ratio | budget | met |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

function page(content: string): string {
  const machine = `Node ${process.versions.node} on ${process.platform} ${process.arch}, ${availableParallelism()} cores`;
  return `# Results

Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.

Every number stands beside a floor that was measured in the same run on the same disk, since times alone say more about the machine. Floors use
the pragmas that the product uses. After each run the stored attempts, outputs and points are counted. Medians: of 5 runs for steps and points, of 21
interleaved calls for commands, searches and models, of 3 for files in the store, of 5 for files sent; the compile cache is warm, as it is from the second call on.

${content}
`;
}

// Asks for the best of many tracked runs with all that is recorded of them, through the tracker and with bare SQL on a connection of its own,
// in turns, and prints the median of each in milliseconds.
import { DatabaseSync } from "node:sqlite";
import { parseFilter, parseOrder } from "@modelstack/core";
import { openStack } from "modelstack";
import { median } from "../measure.ts";

await using stack = await openStack();
const tracker = (await stack.experimentTracker())!;
using database = new DatabaseSync(".stack/stack.db", { readOnly: true });

const best = database.prepare(
  `SELECT r.*, s.last FROM tracked_run r JOIN metric_summary s ON s.run = r.id AND s.key = ?
   WHERE s.last > ? ORDER BY s.last DESC, r.started_at DESC LIMIT 50`,
);
const parts = ["param", "run_tag", "metric_summary", "run_input"].map((part) =>
  database.prepare(`SELECT * FROM ${part} WHERE run = ?`),
);

const bare: number[] = [];
const product: number[] = [];
for (let i = 0; i < 21; i++) {
  let begun = performance.now();
  const rows = best.all("acc", 0.9);
  for (const { id } of rows) for (const part of parts) part.all(id!);
  bare.push(performance.now() - begun);
  begun = performance.now();
  const { items } = await tracker.listRuns({
    filter: parseFilter("run", "metrics.acc > 0.9"),
    orderBy: parseOrder("run", "metrics.acc DESC"),
    limit: 50,
  });
  product.push(performance.now() - begun);
  if (items.map(({ id }) => id).join() !== rows.map(({ id }) => id).join()) throw new Error("They found other runs.");
}
process.stdout.write(JSON.stringify({ bare: median(bare), product: median(product) }));

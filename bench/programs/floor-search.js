// The floor of searching tracked runs: a bare program over node:sqlite that asks for the same rows and prints them.
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(".stack/stack.db");
const rows = database
  .prepare(
    `SELECT r.id, r.name, r.status, r.started_at, s.last FROM tracked_run r JOIN metric_summary s ON s.run = r.id AND s.key = ?
     WHERE s.last > ? ORDER BY s.last DESC, r.started_at DESC LIMIT 50`,
  )
  .all("acc", 0.9);
for (const { id, name, status, started_at, last } of rows)
  process.stdout.write(
    `${String(name)}  ${String(status)}  ${new Date(Number(started_at)).toISOString()}  ${Number(last).toPrecision(4)}  ${String(id)}\n`,
  );

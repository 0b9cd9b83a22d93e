// The floor of a step: one durable transaction in a bare loop over node:sqlite, with the pragmas that the local flavor uses.
import { DatabaseSync } from "node:sqlite";

const steps = Number(process.argv[2]);
const database = new DatabaseSync("floor.db");
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
database.exec("CREATE TABLE attempt (id INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT");
const insert = database.prepare("INSERT INTO attempt (json) VALUES (?)");
const json = JSON.stringify({ instance: "noop", status: "succeeded", startedAt: new Date().toISOString() });
const begun = performance.now();
for (let i = 0; i < steps; i++) {
  database.exec("BEGIN IMMEDIATE");
  insert.run(json);
  database.exec("COMMIT");
}
const milliseconds = performance.now() - begun;
const rows = Number(database.prepare("SELECT count(*) AS n FROM attempt").get()!["n"]);
if (rows !== steps) throw new Error(`${rows} rows of ${steps}`);
process.stdout.write(JSON.stringify({ milliseconds }));

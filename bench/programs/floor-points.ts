// The floor of logging points: equal rows in an equal table, inserted by a bare loop over node:sqlite in one transaction.
import { DatabaseSync } from "node:sqlite";

const count = Number(process.argv[2]);
const database = new DatabaseSync("floor.db");
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
database.exec(
  "CREATE TABLE metric (id INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, value ANY, step INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
);
database.exec("CREATE INDEX metric_by_step ON metric (run, key, step, at, id)");
const insert = database.prepare("INSERT INTO metric (run, key, value, step, at) VALUES (?, ?, ?, ?, ?)");
const run = "0123456789abcdef0123456789abcdef";
const begun = performance.now();
database.exec("BEGIN IMMEDIATE");
for (let i = 0; i < count; i++) insert.run(run, "loss", 1 / (i + 1), i, Date.now());
database.exec("COMMIT");
const milliseconds = performance.now() - begun;
const rows = Number(database.prepare("SELECT count(*) AS n FROM metric").get()!["n"]);
if (rows !== count) throw new Error(`${rows} rows of ${count}`);
process.stdout.write(JSON.stringify({ milliseconds }));

import { StackError, type Digest } from "@modelstack/core/stack";
import { given, orNull, type Row, type Sql } from "./database.ts";
import { requireRun } from "./require-run.ts";

export interface StoredRunFile {
  readonly path: string;
  readonly size: number;
  readonly digest: Digest;
  readonly inline?: Uint8Array;
}

export function putFile(sql: Sql, id: string, { path, size, digest, inline }: StoredRunFile): void {
  requireRun(sql, id);
  sql.run(
    `INSERT INTO run_file (run, path, size, digest, inline) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (run, path) DO UPDATE SET size = excluded.size, digest = excluded.digest, inline = excluded.inline`,
    id,
    path,
    size,
    digest,
    orNull(inline),
  );
}

export function files(sql: Sql, id: string): StoredRunFile[] {
  requireRun(sql, id);
  return sql.all("SELECT path, size, digest, NULL AS inline FROM run_file WHERE run = ? ORDER BY path", id).map(fileOf);
}

/** Those whose content lies in a folder, for checks. */
export function filesElsewhere(sql: Sql): Row[] {
  return sql.all(
    "SELECT digest, size, path || ' of run ' || run AS of FROM run_file WHERE inline IS NULL ORDER BY run, path",
  );
}

export function file(sql: Sql, id: string, path: string): StoredRunFile {
  requireRun(sql, id);
  const row = sql.get("SELECT * FROM run_file WHERE run = ? AND path = ?", id, path);
  if (row === undefined) throw new StackError("ARTIFACT_NOT_FOUND", `Run ${id} has no file ${path}.`);
  return fileOf(row);
}

function fileOf(row: Row): StoredRunFile {
  return {
    path: row["path"] as string,
    size: Number(row["size"]),
    // A column of this schema holds what digestOf gave.
    digest: row["digest"] as Digest,
    ...given("inline", row["inline"] as Uint8Array | null),
  };
}

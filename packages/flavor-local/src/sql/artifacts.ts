import {
  type ArtifactQuery,
  type ArtifactRecord,
  type Digest,
  type NamedArtifact,
  type OutputRecord,
  type Page,
  type PageRequest,
  StackError,
} from "@modelstack/core/stack";
import { type Row, type Sql, given, orNull } from "./database.ts";
import { insertFact } from "./fact.ts";
import { conditions, page } from "./query.ts";

const PAGE = 100;

/** The same content may be stored by several steps, as several types; what was said of it first stays. */
export function insertArtifact(sql: Sql, { digest, size, type, form, inline, createdAt }: ArtifactRecord): void {
  sql.run(
    "INSERT INTO artifact (digest, size, type, form, inline, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    digest,
    size,
    type,
    form,
    orNull(inline),
    createdAt,
  );
}

export function artifact(sql: Sql, digest: Digest): ArtifactRecord {
  const row = sql.get("SELECT * FROM artifact WHERE digest = ?", digest);
  if (row === undefined)
    throw new StackError("ARTIFACT_NOT_FOUND", `There is no artifact ${digest}.`, { hint: "stack artifacts list" });
  return artifactOf(row);
}

export function artifactOf(row: Row): ArtifactRecord {
  return {
    digest: row["digest"] as Digest,
    size: Number(row["size"]),
    type: row["type"] as string,
    form: row["form"] as ArtifactRecord["form"],
    createdAt: row["created_at"] as string,
    ...given("inline", row["inline"] as Uint8Array | null),
  };
}

export function artifacts(sql: Sql, query: ArtifactQuery): Page<Omit<ArtifactRecord, "inline">> {
  const { limit = PAGE, pageToken, type, digestPrefix } = query;
  const { where, values } = conditions([
    ["type = ?", type],
    ["rowid < ?", pageToken === undefined ? undefined : Number(pageToken)],
    // An empty prefix is one too.
    ["digest >= ? AND digest < ?", ...rangeOf(digestPrefix)],
  ]);
  const rows = sql.all(
    `SELECT rowid AS place, digest, size, type, form, created_at, NULL AS inline FROM artifact ${where} ORDER BY rowid DESC LIMIT ?`,
    ...values,
    limit + 1,
  );
  const { items, nextPageToken } = page(rows, limit, (row) => String(row["place"]));
  return { items: items.map(artifactOf), ...(nextPageToken === undefined ? {} : { nextPageToken }) };
}

/** The digests that start so lie between these: no digit comes after f. */
function rangeOf(prefix: string | undefined): (string | undefined)[] {
  return prefix === undefined ? [undefined] : [`sha256:${prefix}`, `sha256:${prefix}g`];
}

export function countVersion(
  sql: Sql,
  name: string,
  { run, instance, name: output, digest }: OutputRecord,
  at: string,
): void {
  if (sql.get("SELECT 1 FROM named_artifact WHERE name = ? AND digest = ?", name, digest) !== undefined) return;
  const last = sql.get("SELECT last FROM artifact_name WHERE name = ?", name)?.["last"];
  insertNamed(sql, { name, version: Number(last ?? 0) + 1, digest, from: { run, instance, output }, createdAt: at });
}

export function insertNamed(sql: Sql, { name, version, digest, from, createdAt }: NamedArtifact): void {
  const present = sql.get("SELECT digest FROM named_artifact WHERE name = ? AND version = ?", name, version);
  insertFact(sql, "named artifact", `${name}:${version}`, digest, present?.["digest"], () =>
    sql.run(
      "INSERT INTO named_artifact (name, version, digest, run, instance, output, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      name,
      version,
      digest,
      from.run,
      from.instance,
      from.output,
      createdAt,
    ),
  );
  sql.run(
    "INSERT INTO artifact_name (name, last) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)",
    name,
    version,
  );
}

export function namedArtifacts(
  sql: Sql,
  name: string | undefined,
  { limit = PAGE, pageToken = "0" }: PageRequest,
): Page<NamedArtifact> {
  const { where, values } = conditions([["name = ?", name]]);
  const offset = Number(pageToken);
  const rows = sql.all(
    // Clocks may go back, versions of a name do not.
    `SELECT * FROM named_artifact ${where} ORDER BY ${name === undefined ? "created_at DESC, name, " : ""}version DESC LIMIT ? OFFSET ?`,
    ...values,
    limit + 1,
    offset,
  );
  return page(rows.map(namedOf), limit, () => String(offset + limit));
}

export function namedOf(row: Row): NamedArtifact {
  return {
    name: row["name"] as string,
    version: Number(row["version"]),
    digest: row["digest"] as Digest,
    from: { run: row["run"] as string, instance: row["instance"] as string, output: row["output"] as string },
    createdAt: row["created_at"] as string,
  };
}

import {
  canonicalJson,
  encodeJson,
  parsePlan,
  planJson,
  StackError,
  type ArtifactQuery,
  type ArtifactRecord,
  type AttemptCommit,
  type AttemptRecord,
  type Digest,
  type EffectRecord,
  type InputRecord,
  type Json,
  type NamedArtifact,
  type OutputQuery,
  type OutputRecord,
  type Page,
  type PageRequest,
  type Plan,
  type RunEvent,
  type RunQuery,
  type RunRecord,
  type RunView,
} from "@modelstack/core";
import { given, orNull, type Row, type Sql, type SqlValue } from "./database.ts";
import { holdsRun, isHeld } from "./leases.ts";

const PAGE = 100;

export function insertRun(sql: Sql, run: RunRecord, plan: Plan): void {
  insertPlan(sql, run.plan, plan);
  const json = canonicalJson(run);
  insertFact(sql, "run", run.id, json, sql.get("SELECT json FROM run WHERE id = ?", run.id)?.["json"], () =>
    sql.run(
      "INSERT INTO run (id, name, pipeline, plan, json, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      run.id,
      run.name,
      run.pipeline,
      run.plan,
      json,
      run.createdAt,
    ),
  );
}

export function insertPlan(sql: Sql, digest: Digest, plan: Plan): void {
  // Its key is the digest of its bytes: what is there is equal.
  if (sql.get("SELECT 1 FROM plan WHERE digest = ?", digest) !== undefined) return;
  sql.run("INSERT INTO plan (digest, json) VALUES (?, ?)", digest, planJson(plan));
}

/** Inserts a fact unless it is there; another one under its key is refused. */
function insertFact(
  sql: Sql,
  what: string,
  key: string,
  json: string,
  present: SqlValue | undefined,
  insert: () => void,
): void {
  if (present === undefined) insert();
  else if (present !== json) throw conflict(what, key);
}

function conflict(what: string, key: string): StackError {
  return new StackError("FACT_CONFLICT", `The ${what} ${key} is stored already, with other content.`, {
    hint: "Facts never change: two writers used one id, or an export was edited.",
  });
}

export function insertEvents(sql: Sql, events: readonly RunEvent[]): void {
  for (const event of events) {
    const { run, writer, seq, kind, at, ...rest } = event;
    const json = JSON.stringify(rest);
    const { changes } = sql.run(
      "INSERT INTO event (run, writer, seq, kind, at, json) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      run,
      writer,
      seq,
      kind,
      at,
      json,
    );
    if (changes === 0) {
      const present = sql.get("SELECT * FROM event WHERE run = ? AND writer = ? AND seq = ?", run, writer, seq)!;
      if (canonicalJson(eventOf(present)) !== canonicalJson(event)) throw conflict("event", `${writer}/${seq}`);
    }
    updateView(sql, event);
  }
}

function updateView(sql: Sql, event: RunEvent): void {
  if (event.kind === "run-started") {
    sql.run(
      "UPDATE run SET started_at = ?, tracked_run = ? WHERE id = ?",
      event.at,
      orNull(event.trackedRun),
      event.run,
    );
  } else if (event.kind === "run-finished") {
    sql.run(
      "UPDATE run SET status = ?, finished_at = ?, cause = ? WHERE id = ?",
      event.status,
      event.at,
      orNull(event.cause),
      event.run,
    );
  }
}

export function commitAttempt(sql: Sql, commit: AttemptCommit): void {
  const { attempt } = commit;
  const known = sql.get("SELECT json FROM attempt WHERE id = ?", attempt.id);
  if (known !== undefined)
    return insertFact(sql, "attempt", attempt.id, canonicalJson(attempt), known["json"], () => undefined);
  const lease = { scope: commit.scope, fence: attempt.fence };
  if (!isHeld(sql, lease, `run/${attempt.run}/${attempt.instance}`)) {
    throw new StackError(
      "FENCE_LOST",
      `Attempt of ${attempt.instance} came too late: another process has taken over run ${attempt.run}.`,
      {
        hint: `stack runs show ${attempt.run}`,
      },
    );
  }
  if (
    sql.get(
      "SELECT 1 FROM attempt WHERE run = ? AND instance = ? AND status = 'succeeded'",
      attempt.run,
      attempt.instance,
    ) !== undefined
  ) {
    throw new StackError(
      "FENCE_LOST",
      `${attempt.instance} of run ${attempt.run} has succeeded already; its outputs are committed once.`,
    );
  }
  for (const artifact of commit.artifacts) insertArtifact(sql, artifact);
  insertAttempt(sql, attempt);
  for (const output of commit.outputs) {
    insertOutput(sql, output);
    if (output.artifactName !== undefined) countVersion(sql, output.artifactName, output, attempt.usage.endedAt);
  }
  for (const input of commit.inputs) insertInput(sql, input);
  insertEvents(sql, commit.events);
}

export function insertAttempt(sql: Sql, attempt: AttemptRecord): void {
  const json = canonicalJson(attempt);
  insertFact(
    sql,
    "attempt",
    attempt.id,
    json,
    sql.get("SELECT json FROM attempt WHERE id = ?", attempt.id)?.["json"],
    () =>
      sql.run(
        "INSERT INTO attempt (id, run, instance, fence, status, json) VALUES (?, ?, ?, ?, ?, ?)",
        attempt.id,
        attempt.run,
        attempt.instance,
        attempt.fence,
        attempt.status,
        json,
      ),
  );
}

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

export function insertOutput(sql: Sql, output: OutputRecord): void {
  const { run, instance, name, index, digest, fileName, artifactName } = output;
  const present = sql.get(
    'SELECT digest FROM output WHERE run = ? AND instance = ? AND name = ? AND "index" = ?',
    run,
    instance,
    name,
    index,
  );
  insertFact(sql, "output", `${run}/${instance}/${name}`, digest, present?.["digest"], () =>
    sql.run(
      'INSERT INTO output (run, instance, name, "index", digest, file_name, artifact_name) VALUES (?, ?, ?, ?, ?, ?, ?)',
      run,
      instance,
      name,
      index,
      digest,
      orNull(fileName),
      orNull(artifactName),
    ),
  );
}

function countVersion(sql: Sql, name: string, { run, instance, name: output, digest }: OutputRecord, at: string): void {
  if (sql.get("SELECT 1 FROM named_artifact WHERE name = ? AND digest = ?", name, digest) !== undefined) return;
  const last = sql.get("SELECT max(version) AS version FROM named_artifact WHERE name = ?", name)?.["version"];
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
}

export function insertInput(sql: Sql, { attempt, name, digest, from }: InputRecord): void {
  sql.run(
    "INSERT INTO input (attempt, name, digest, from_run, from_instance, from_output) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    attempt,
    name,
    digest,
    from.run,
    from.instance,
    from.output,
  );
}

export function putEffect(sql: Sql, record: EffectRecord): EffectRecord {
  const present = effect(sql, record.key);
  if (present !== undefined) return present;
  sql.run(
    "INSERT INTO effect (key, intent, created_at, done) VALUES (?, ?, ?, ?)",
    record.key,
    encodeJson(record.intent),
    record.createdAt,
    record.done === undefined ? null : encodeJson(record.done),
  );
  return record;
}

export function settleEffect(sql: Sql, key: string, done: Json): void {
  sql.run("UPDATE effect SET done = ? WHERE key = ?", encodeJson(done), key);
}

export function effect(sql: Sql, key: string): EffectRecord | undefined {
  const row = sql.get("SELECT * FROM effect WHERE key = ?", key);
  if (row === undefined) return undefined;
  const done = row["done"] === null ? {} : { done: JSON.parse(row["done"] as string) as Json };
  return { key, intent: JSON.parse(row["intent"] as string) as Json, createdAt: row["created_at"] as string, ...done };
}

export function run(sql: Sql, id: string): RunView {
  const row = sql.get("SELECT * FROM run WHERE id = ?", id);
  if (row === undefined) throw new StackError("RUN_NOT_FOUND", `There is no run ${id}.`, { hint: "stack runs list" });
  return view(sql, row);
}

export function runs(sql: Sql, query: RunQuery): Page<RunView> {
  const { limit = PAGE, pageToken, pipeline, status, idPrefix, name } = query;
  const unfinished = status === "running" || status === "interrupted";
  const { where, values } = conditions([
    ["pipeline = ?", pipeline],
    ["name = ?", name],
    ["id < ?", pageToken],
    ["substr(id, 1, length(?)) = ?", idPrefix, idPrefix],
    // Which of both an unfinished run is, its lease tells.
    ["status = ?", unfinished ? "running" : status],
  ]);
  const all = unfinished ? -1 : limit + 1;
  const views = sql
    .all(`SELECT * FROM run ${where} ORDER BY id DESC LIMIT ?`, ...values, all)
    .map((row) => view(sql, row));
  const matching = unfinished ? views.filter((candidate) => candidate.status === status) : views;
  return page(matching, limit, ({ id }) => id);
}

function view(sql: Sql, row: Row): RunView {
  const id = row["id"] as string;
  const stored = row["status"] as RunView["status"];
  return {
    ...(JSON.parse(row["json"] as string) as RunRecord),
    status: stored === "running" && !holdsRun(sql, id) ? "interrupted" : stored,
    ...given("startedAt", row["started_at"] as string | null),
    ...given("finishedAt", row["finished_at"] as string | null),
    ...given("trackedRun", row["tracked_run"] as string | null),
    ...given("cause", row["cause"] as string | null),
  };
}

export function plan(sql: Sql, digest: Digest): Plan {
  const row = sql.get("SELECT json FROM plan WHERE digest = ?", digest);
  if (row === undefined) throw new StackError("ARTIFACT_NOT_FOUND", `There is no plan ${digest}.`);
  return parsePlan(JSON.parse(row["json"] as string));
}

export function events(sql: Sql, runId: string): RunEvent[] {
  return sql.all("SELECT * FROM event WHERE run = ? ORDER BY writer, seq", runId).map(eventOf);
}

export function eventOf(row: Row): RunEvent {
  const { run: runId, writer, seq, kind, at, json } = row;
  return { ...(JSON.parse(json as string) as object), kind, run: runId, writer, seq, at } as RunEvent;
}

export function attempts(sql: Sql, runId: string): AttemptRecord[] {
  return sql
    .all("SELECT json FROM attempt WHERE run = ? ORDER BY id", runId)
    .map((row) => JSON.parse(row["json"] as string) as AttemptRecord);
}

export function inputs(sql: Sql, attempt: string): InputRecord[] {
  return sql.all("SELECT * FROM input WHERE attempt = ? ORDER BY name", attempt).map(inputOf);
}

export function inputOf(row: Row): InputRecord {
  return {
    attempt: row["attempt"] as string,
    name: row["name"] as string,
    digest: row["digest"] as Digest,
    from: {
      run: row["from_run"] as string,
      instance: row["from_instance"] as string,
      output: row["from_output"] as string,
    },
  };
}

export function outputs(sql: Sql, query: OutputQuery): Page<OutputRecord> {
  const { limit = 1000, pageToken = "0", run: runId, instance, digest } = query;
  const { where, values } = conditions([
    ["run = ?", runId],
    ["instance = ?", instance],
    ["digest = ?", digest],
  ]);
  const offset = Number(pageToken);
  const rows = sql.all(
    `SELECT * FROM output ${where} ORDER BY run, instance, name, "index" LIMIT ? OFFSET ?`,
    ...values,
    limit + 1,
    offset,
  );
  return page(rows.map(outputOf), limit, () => String(offset + limit));
}

export function outputOf(row: Row): OutputRecord {
  return {
    run: row["run"] as string,
    instance: row["instance"] as string,
    name: row["name"] as string,
    index: Number(row["index"]),
    digest: row["digest"] as Digest,
    ...given("fileName", row["file_name"] as string | null),
    ...given("artifactName", row["artifact_name"] as string | null),
  };
}

export function artifact(sql: Sql, digest: Digest): ArtifactRecord {
  const row = sql.get("SELECT * FROM artifact WHERE digest = ?", digest);
  if (row === undefined)
    throw new StackError("ARTIFACT_NOT_FOUND", `There is no artifact ${digest}.`, { hint: "stack artifacts list" });
  return artifactOf(row);
}

function artifactOf(row: Row): ArtifactRecord {
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

export function deleteRun(sql: Sql, id: string): ArtifactRecord[] {
  run(sql, id);
  if (holdsRun(sql, id)) throw new StackError("RUN_HELD", `Run ${id} is still running.`, { hint: "Stop it first." });
  const attempts = "SELECT id FROM attempt WHERE run = ?";
  const free = sql.all(
    `SELECT digest FROM output WHERE run = ? UNION SELECT digest FROM input WHERE attempt IN (${attempts})
     EXCEPT SELECT digest FROM output WHERE run <> ?
     EXCEPT SELECT digest FROM input WHERE attempt NOT IN (${attempts})`,
    id,
    id,
    id,
    id,
  );
  sql.run(`DELETE FROM input WHERE attempt IN (${attempts})`, id);
  for (const table of ["output", "attempt", "event", "lease"]) sql.run(`DELETE FROM ${table} WHERE run = ?`, id);
  sql.run("DELETE FROM effect WHERE substr(key, 1, length(?) + 1) = ? || '/'", id, id);
  const { plan: digest } = sql.get("SELECT plan FROM run WHERE id = ?", id)!;
  sql.run("DELETE FROM run WHERE id = ?", id);
  sql.run("DELETE FROM plan WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM run WHERE plan = ?)", digest!, digest!);
  return free.flatMap(({ digest }) => {
    // An input may come from a run of another store, whose artifacts were never here.
    const row = sql.get("SELECT * FROM artifact WHERE digest = ?", digest!);
    for (const table of ["artifact", "named_artifact"]) sql.run(`DELETE FROM ${table} WHERE digest = ?`, digest!);
    return row === undefined ? [] : [artifactOf(row)];
  });
}

/** `WHERE` of those conditions whose values are given. */
export function conditions(parts: readonly (readonly [sql: string, ...values: (SqlValue | undefined)[]])[]): {
  where: string;
  values: SqlValue[];
} {
  const used = parts.filter(([, ...values]) => values.every((value) => value !== undefined));
  return {
    where: used.length === 0 ? "" : `WHERE ${used.map(([text]) => text).join(" AND ")}`,
    values: used.flatMap(([, ...values]) => values as SqlValue[]),
  };
}

/** A page of at most `limit` out of a list that holds one more if there is a next page. */
export function page<T>(items: readonly T[], limit: number, token: (last: T) => string): Page<T> {
  if (items.length <= limit) return { items };
  const kept = items.slice(0, limit);
  return { items: kept, nextPageToken: token(kept.at(-1)!) };
}

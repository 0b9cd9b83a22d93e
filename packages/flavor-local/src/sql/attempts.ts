import {
  type AttemptCommit,
  type AttemptRecord,
  type Digest,
  type InputRecord,
  type OutputQuery,
  type OutputRecord,
  type Page,
  StackError,
  canonicalJson,
} from "@modelstack/core/stack";
import { countVersion, insertArtifact } from "./artifacts.ts";
import { type Row, type Sql, given, orNull } from "./database.ts";
import { insertFact } from "./fact.ts";
import { isHeld } from "./leases.ts";
import { conditions, page } from "./query.ts";
import { insertEvents } from "./runs.ts";

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

export function attempts(sql: Sql, runId: string): AttemptRecord[] {
  return sql
    .all("SELECT json FROM attempt WHERE run = ? ORDER BY id", runId)
    .map((row) => JSON.parse(row["json"] as string) as AttemptRecord);
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

export function insertInput(sql: Sql, { attempt, name, digest, from }: InputRecord): void {
  if ("model" in from) {
    sql.run(
      "INSERT INTO input_model (attempt, name, digest, model, version, stack, uri) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      attempt,
      name,
      digest,
      from.model,
      from.version,
      from.stack,
      from.uri,
    );
    return;
  }
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

export function inputs(sql: Sql, attempt: string): InputRecord[] {
  return [
    ...sql.all("SELECT * FROM input WHERE attempt = ?", attempt).map(inputOf),
    ...sql.all("SELECT * FROM input_model WHERE attempt = ?", attempt).map(inputModelOf),
  ].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
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

export function inputModelOf(row: Row): InputRecord {
  return {
    attempt: row["attempt"] as string,
    name: row["name"] as string,
    digest: row["digest"] as Digest,
    from: {
      model: row["model"] as string,
      version: row["version"] as string,
      stack: row["stack"] as string,
      uri: row["uri"] as string,
    },
  };
}

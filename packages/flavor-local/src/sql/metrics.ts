import { addPoint, type MetricPoint, type MetricSummary, type Page, type PageRequest } from "@modelstack/core/stack";
import { numberOf, type Row, type Sql, type SqlValue } from "./database.ts";
import { page } from "./query.ts";
import { requireRun } from "./require-run.ts";

/** Adds points, and once a key brings the summary up to date that lists and searches read. */
export function logMetrics(sql: Sql, id: string, points: readonly MetricPoint[]): void {
  requireRun(sql, id);
  const summaries = new Map<string, MetricSummary>();
  for (const point of points) {
    const { key, value, step, at } = point;
    sql.run(
      "INSERT INTO metric (run, key, value, step, at) VALUES (?, ?, ?, ?, ?)",
      id,
      key,
      value,
      step,
      at.getTime(),
    );
    summaries.set(key, addPoint(summaries.get(key) ?? summary(sql, id, key), point));
  }
  for (const [key, { last, min, max, count }] of summaries)
    sql.run(
      `INSERT OR REPLACE INTO metric_summary (run, key, count, last, last_step, last_at, min, min_step, min_at, max, max_step, max_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      key,
      count,
      ...columnsOf(last),
      ...columnsOf(min),
      ...columnsOf(max),
    );
}

function columnsOf(point: MetricPoint | undefined): SqlValue[] {
  return point === undefined ? [null, null, null] : [point.value, point.step, point.at.getTime()];
}

function summary(sql: Sql, id: string, key: string): MetricSummary | undefined {
  const row = sql.get("SELECT * FROM metric_summary WHERE run = ? AND key = ?", id, key);
  return row === undefined ? undefined : summaryOf(row);
}

export function metricSummaries(sql: Sql, id: string): Record<string, MetricSummary> {
  requireRun(sql, id);
  const rows = sql.all("SELECT * FROM metric_summary WHERE run = ? ORDER BY key", id);
  return Object.fromEntries(rows.map((row) => [row["key"] as string, summaryOf(row)]));
}

function summaryOf(row: Row): MetricSummary {
  const [last, min, max] = (["last", "min", "max"] as const).map((which) => pointOf(row, which));
  return { last: last!, ...(min && { min }), ...(max && { max }), count: Number(row["count"]) };
}

/** The last point of every metric, whatever the number of points. */
export function lastPoints(sql: Sql, id: string): Record<string, MetricPoint> {
  const rows = sql.all("SELECT key, last, last_step, last_at FROM metric_summary WHERE run = ? ORDER BY key", id);
  return Object.fromEntries(rows.map((row) => [row["key"] as string, pointOf(row, "last")!]));
}

export function metricHistory(
  sql: Sql,
  id: string,
  key: string,
  { limit = 1000, pageToken = "0" }: PageRequest,
): Page<MetricPoint> {
  requireRun(sql, id);
  const offset = Number(pageToken);
  const rows = sql.all(
    `SELECT key, value, step AS value_step, at AS value_at FROM metric WHERE run = ? AND key = ?
     ORDER BY step, at, id LIMIT ? OFFSET ?`,
    id,
    key,
    limit + 1,
    offset,
  );
  return page(
    rows.map((row) => pointOf(row, "value")!),
    limit,
    () => String(offset + limit),
  );
}

/** A point whose columns begin with its name; `undefined` where there is none. */
function pointOf(row: Row, name: "value" | "last" | "min" | "max"): MetricPoint | undefined {
  if (row[`${name}_step`] === null) return undefined;
  return {
    key: row["key"] as string,
    value: numberOf(row[name]!),
    step: Number(row[`${name}_step`]),
    at: new Date(Number(row[`${name}_at`])),
  };
}

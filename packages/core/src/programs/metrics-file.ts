import { readFile } from "node:fs/promises";
import type { StepTracker } from "../components/step-tracker.ts";
import { isStackError, StackError } from "../errors.ts";

/** Values of metrics at one step, if it has one. */
interface MetricRow {
  readonly step?: number;
  readonly values: readonly (readonly [key: string, value: number])[];
}

/**
 * Logs what a file holds: in JSON an object of numbers, or a list of such objects; in CSV a line for each. The key or column `step` says at
 * which step the others of its row were.
 *
 * @throws StackError ARTIFACT_INVALID; the error of the file system when it is not there
 */
export async function logMetricsOf(path: string, tracker: StepTracker): Promise<void> {
  const text = await readFile(path, "utf8");
  for (const { step, values } of path.endsWith(".csv") ? await rowsOfCsv(text) : rowsOfJson(text)) {
    tracker.logMetrics(Object.fromEntries(values), step === undefined ? {} : { step });
  }
}

async function rowsOfCsv(text: string): Promise<MetricRow[]> {
  const { tableFromCsv } = await import("../artifacts/csv.ts");
  const { columns, data } = tableFromCsv(text);
  return data.map((cells, row) => {
    // A cell that is empty is a metric that was not measured at that step.
    const entries = columns.map((column, i) => [column, cells[i]] as const).filter(([, value]) => value !== null);
    return rowOf(entries, `line ${row + 2}`);
  });
}

function rowsOfJson(text: string): MetricRow[] {
  const content = parse(text);
  const rows = Array.isArray(content) ? (content as unknown[]) : [content];
  return rows.map((row, i) => {
    const where = Array.isArray(content) ? `item ${i}` : "the file";
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw invalid(`${where} is not an object of numbers`);
    return rowOf(Object.entries(row), where);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = /\b(NaN|Infinity)\b/.test(text)
      ? "JSON has no NaN and no infinities, though Python writes them: use CSV for these."
      : undefined;
    throw invalid(`it is not JSON: ${(cause as Error).message}`, hint);
  }
}

function rowOf(entries: readonly (readonly [string, unknown])[], where: string): MetricRow {
  const numbers = entries.map(([key, value]) => {
    if (typeof value !== "number")
      throw invalid(`${where} has ${JSON.stringify(value)} for ${key}, which is not a number`);
    return [key, value] as const;
  });
  const step = numbers.find(([key]) => key === "step")?.[1];
  return { ...(step === undefined ? {} : { step }), values: numbers.filter(([key]) => key !== "step") };
}

function invalid(why: string, hint?: string): StackError {
  return new StackError("ARTIFACT_INVALID", why, hint === undefined ? {} : { hint });
}

/** Logs what a program left before it failed. That it failed is the news; that its metrics are cut off is not. */
export async function logMetricsIfAny(path: string, tracker: StepTracker): Promise<void> {
  try {
    await logMetricsOf(path, tracker);
  } catch (error) {
    if (!isStackError(error) && (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { extensionsOf, figureOf, type Figure } from "../../artifacts/figure.ts";
import { hashFile, sizeOfFile } from "../../artifacts/regular-file.ts";
import type { StepTracker } from "../../components/step-tracker.ts";
import { isStackError, messageOf, StackError } from "../../errors.ts";
import { checkFileName } from "../../safe-path.ts";
import type { ModelUpload, UploadFile } from "./model-upload.ts";
import { findPart, findResult, invalidResult, isCsv, readTable, readText } from "./result-file.ts";

/** A file that is kept on the tracked run of an upload. */
export interface Report extends UploadFile {
  readonly part: "run";
  /** Keeps it there. */
  readonly log: (tracker: StepTracker) => Promise<void>;
}

/** A file that is to become a report, found and not yet read. */
export interface ReportFile {
  readonly from: string;
  /** In bytes. */
  readonly size: number;
  readonly read: () => Promise<Report>;
}

/**
 * The files that an upload keeps on its tracked run: the metadata, parameters and metrics as they are under `training/`, tables under
 * `tables/`, figures under `figures/`.
 *
 * @throws StackError FILE_NOT_FOUND; ARTIFACT_INVALID for a folder or link; NAME_INVALID for two of one name
 */
export async function reportFiles(upload: ModelUpload, places: readonly string[]): Promise<readonly ReportFile[]> {
  const { meta, params, metrics, tables = [], figures = [] } = upload;
  const named = (names: readonly (string | undefined)[]) =>
    new Set(names.flatMap((name) => (name === undefined ? [] : [findResult(name, places)])));
  const whole = (name: string | undefined) => (name === undefined ? undefined : findPart(name, places).path);
  const sources = named([meta, whole(params), whole(metrics)]);
  const files = await Promise.all([
    ...[...sources].map((path) => reportFile(path, `training/${nameOf(path)}`, sourceReport)),
    ...[...named(tables)].map((path) => reportFile(path, `tables/${tableName(path)}`, tableReport)),
    ...[...named(figures)].map((path) => reportFile(path, `figures/${nameOf(path)}`, figureReport)),
  ]);
  for (const [i, { path, from }] of files.entries()) {
    const other = files.slice(0, i).find((one) => one.path === path);
    if (other !== undefined)
      throw new StackError("NAME_INVALID", `${other.from} and ${from} would both be kept as ${path}.`, {
        hint: "Rename one.",
      });
  }
  return files;
}

async function reportFile(from: string, path: string, log: (from: string, path: string) => Promise<Report["log"]>) {
  const size = await sizeOfFile(from);
  const read = async () => ({
    part: "run" as const,
    path,
    ...(await hashFile(from)),
    log: await log(from, path),
  });
  return { from, path, size, read };
}

function nameOf(path: string): string {
  return checkFileName(basename(path));
}

function isTable(path: string): boolean {
  return isCsv(path) || extname(path).toLowerCase() === ".json";
}

/** Tables are kept as JSON, texts under their own name. */
function tableName(path: string): string {
  const name = nameOf(path);
  return isTable(path) ? `${name.slice(0, name.length - extname(name).length)}.json` : name;
}

async function sourceReport(from: string): Promise<Report["log"]> {
  return (tracker) => tracker.logArtifact(from, "training");
}

async function tableReport(from: string, path: string): Promise<Report["log"]> {
  if (!isTable(from)) {
    const text = await readText(from);
    return (tracker) => tracker.logText(path, text);
  }
  const { columns, data } = await readTable(from);
  const table = Object.fromEntries(columns.map((column, i) => [column, data.map((cells) => cells[i])]));
  return (tracker) => tracker.logTable(path, table);
}

async function figureReport(from: string, path: string): Promise<Report["log"]> {
  const figure = await readFigure(from);
  return (tracker) => tracker.logFigure(path, figure);
}

async function readFigure(from: string): Promise<Figure> {
  let figure: Figure;
  try {
    figure = figureOf(await readFile(from));
  } catch (cause) {
    throw invalidResult(
      from,
      isStackError(cause) ? messageOf(cause).replace(/\.$/, "") : `it cannot be read: ${messageOf(cause)}`,
      undefined,
      cause,
    );
  }
  const endings = extensionsOf(figure.format);
  if (endings.includes(extname(from).toLowerCase())) return figure;
  throw invalidResult(
    from,
    `it is ${figure.format.toUpperCase()}, and its name does not end in ${endings.join(" or ")}`,
    "Rename it.",
  );
}

import { basename, extname, join, resolve } from "node:path";
import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import { extensionsOf, figure as checked, type Figure } from "../artifacts/figure.ts";
import { pathsIn } from "../artifacts/listing.ts";
import { tableFromJson, tableToJson, type Table } from "../artifacts/table.ts";
import type { ExperimentTracker } from "../components/experiment-tracker.ts";
import type { LoggedTable } from "../components/step-tracker.ts";
import { isStackError, StackError } from "../errors.ts";
import { canonicalJson, encodeJson } from "../json.ts";
import { printable } from "../names.ts";
import { checkRelativePath } from "../safe-path.ts";
import { maskSecrets } from "../secrets.ts";

/** Where MLflow lists the tables of a run: `[{"path": "eval.json", "type": "table"}]`. */
const LOGGED_ARTIFACTS = "mlflow.loggedArtifacts";

/** Keeps files in one tracked run, in the forms that MLflow's `log_text`, `log_table`, `log_dict` and `log_figure` write. */
export class TrackedFiles {
  readonly #tracker: ExperimentTracker;
  readonly #run: string;
  readonly #signal: AbortSignal | undefined;

  /** `signal` stops the copying of files. */
  constructor(tracker: ExperimentTracker, run: string, signal: AbortSignal | undefined) {
    this.#tracker = tracker;
    this.#run = run;
    this.#signal = signal;
  }

  async logText(path: string, content: string): Promise<void> {
    await this.#tracker.logFile(this.#run, path, Buffer.from(maskSecrets(content)));
  }

  async logDict(path: string, value: object): Promise<void> {
    const text = encodeJson(value, path, 2);
    if (!/\.ya?ml$/i.test(path)) return this.logText(path, text);
    const { stringify } = await import("yaml");
    // Quoted for readers of YAML 1.1 as well, to whom `no` is false. What was checked above is plain data.
    const yaml = stringify(value, {
      version: "1.1",
      defaultStringType: "QUOTE_DOUBLE",
      defaultKeyType: "PLAIN",
      lineWidth: 0,
    });
    return this.logText(path, yaml);
  }

  async logFigure(path: string, figure: Figure): Promise<void> {
    const { format, data } = checked(figure?.format, figure?.data);
    checkEnding(path, extensionsOf(format), `the figure is ${format}`);
    await this.#tracker.logFile(this.#run, path, data);
  }

  async logTable(path: string, table: LoggedTable): Promise<void> {
    checkEnding(path, [".json"], "tables are kept as JSON");
    const added = tableOf(table);
    // Here a refusal counts the rows that were given, without those that are there already.
    tableToJson(added);
    await inTurn(this.#tracker, this.#run, async () => {
      await this.logText(path, tableToJson(joined(await this.#tableAt(path), added)));
      await this.#listTable(path);
    });
  }

  async logArtifact(file: string | FileRef, folder?: string): Promise<void> {
    const path = resolve(typeof file === "string" ? file : file.path);
    await this.#copy(path, inside(folder, basename(path)));
  }

  async logArtifacts(folder: string | FolderRef, into?: string): Promise<void> {
    const root = resolve(typeof folder === "string" ? folder : folder.folder);
    const { files } = await pathsIn(root);
    // None is kept when one of them cannot be.
    const targets = files.map((path) => [join(root, path), checkRelativePath(inside(into, path))] as const);
    for (const [path, target] of targets) await this.#copy(path, target);
  }

  async #copy(path: string, target: string): Promise<void> {
    await this.#tracker.logFile(this.#run, target, { path }, { signal: this.#signal });
  }

  async #tableAt(path: string): Promise<Table | undefined> {
    try {
      return tableFromJson(Buffer.from(await this.#tracker.readFile(this.#run, path)).toString());
    } catch (error) {
      if (isStackError(error) && error.code === "ARTIFACT_NOT_FOUND") return undefined;
      throw error;
    }
  }

  async #listTable(path: string): Promise<void> {
    const { tags } = await this.#tracker.getRun(this.#run);
    const entry = { path, type: "table" };
    const present = listIn(tags[LOGGED_ARTIFACTS]);
    if (present.some((other) => canonicalJson(other) === canonicalJson(entry))) return;
    const listed = spacedJson([...present, entry]);
    // The list only helps MLflow's page to find tables; cut off in the middle it would help nobody.
    if (listed.length > this.#tracker.capabilities.limits.tagValue) return;
    await this.#tracker.setTags(this.#run, { [LOGGED_ARTIFACTS]: listed });
  }
}

/** As Python writes JSON: `mlflow.load_table` looks in the tag for `"path": "eval.json"`, with the space and in ASCII. */
function spacedJson(value: unknown): string {
  return JSON.stringify(value, null, 1)
    .replaceAll(/,\n\s*/g, ", ")
    .replaceAll(/\n\s*/g, "")
    .replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The entries of the tag; none when it is not there, or something else stands in it. */
function listIn(tag = "[]"): unknown[] {
  try {
    const list = JSON.parse(tag) as unknown;
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function inside(folder: string | undefined, path: string): string {
  return folder === undefined ? path : `${folder.replace(/\/$/, "")}/${path}`;
}

function checkEnding(path: string, endings: readonly string[], why: string): void {
  if (endings.includes(extname(path).toLowerCase())) return;
  throw new StackError("NAME_INVALID", `The path ${printable(path)} does not end in ${endings.join(" or ")}: ${why}.`, {
    hint: `Write ${printable(path.slice(0, path.length - extname(path).length) + endings[0])}.`,
  });
}

function tableOf(given: LoggedTable): Table {
  if (isRows(given)) {
    const columns = [...new Set(given.flatMap((row) => Object.keys(row)))];
    return { columns, data: given.map((row) => cellsOf(columns, row)) };
  }
  const columns = Object.keys(given);
  const [first = "", ...others] = columns;
  const length = given[first]?.length ?? 0;
  const uneven = others.find((column) => given[column]!.length !== length);
  if (uneven !== undefined) {
    const why = `the column ${printable(uneven)} has ${given[uneven]!.length} values, ${printable(first)} has ${length}`;
    throw new StackError("ARTIFACT_INVALID", `The table cannot be logged: ${why}.`);
  }
  const data = Array.from({ length }, (_, i) => columns.map((column) => given[column]![i] ?? null));
  return { columns, data };
}

function isRows(given: LoggedTable): given is readonly object[] {
  return Array.isArray(given);
}

function cellsOf(columns: readonly string[], row: object): unknown[] {
  const cells = new Map<string, unknown>(Object.entries(row));
  return columns.map((column) => cells.get(column) ?? null);
}

/** The rows of both, with the columns of either; null where there was none. */
function joined(present: Table | undefined, added: Table): Table {
  if (present === undefined) return added;
  const columns = [...new Set([...present.columns, ...added.columns])];
  const fitted = ({ columns: own, data }: Table) =>
    data.map((cells) => cellsOf(columns, Object.fromEntries(own.map((column, i) => [column, cells[i]]))));
  return { columns, data: [...fitted(present), ...fitted(added)] };
}

const turns = new WeakMap<ExperimentTracker, Map<string, Promise<unknown>>>();

/** What is read, changed and written back must not be changed by another step of this process meanwhile. */
async function inTurn(tracker: ExperimentTracker, run: string, act: () => Promise<void>): Promise<void> {
  const runs = turns.get(tracker) ?? new Map<string, Promise<unknown>>();
  turns.set(tracker, runs);
  const turn = (runs.get(run) ?? Promise.resolve()).then(act);
  const done = turn.catch(() => undefined);
  runs.set(run, done);
  try {
    await turn;
  } finally {
    if (runs.get(run) === done) runs.delete(run);
  }
}

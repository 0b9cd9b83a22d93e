import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import {
  checkLabel,
  checkRelativePath,
  digestOf,
  sizeOfFile,
  StackError,
  type Caller,
  type CheckOptions,
  type Digest,
  type ExperimentTracker,
  type FileRef,
  type MetricPoint,
  type PageRequest,
  type RunInput,
  type Transfer,
  type SearchQuery,
  type TrackedRunQuery,
  type TrackedRunStatus,
} from "@modelstack/core/stack";
import { LocalArtifactStore } from "./artifact-store.ts";
import { checkFiles } from "./check-files.ts";
import type { LocalDatabase } from "./database.ts";
import { lookAtDatabase } from "./look-at-database.ts";
import * as experiments from "./sql/experiments.ts";
import * as metrics from "./sql/metrics.ts";
import { requireRun } from "./sql/require-run.ts";
import * as runFiles from "./sql/run-files.ts";
import * as tracker from "./sql/tracker.ts";

/** Larger files go to a folder. In bytes. */
const INLINE_LIMIT = 64 * 1024;

/** Experiments and runs in the project's SQLite file; the files of runs beside it. */
export class LocalExperimentTracker implements ExperimentTracker {
  readonly capabilities = {
    nonFiniteMetrics: true,
    repeatedPoints: true,
    nestedRuns: true,
    limits: { key: 250, paramValue: 6000, tagValue: 8000 },
  };
  readonly #database: LocalDatabase;
  readonly #blobs: LocalArtifactStore;

  constructor(database: LocalDatabase, filesFolder: string) {
    this.#database = database;
    this.#blobs = new LocalArtifactStore(filesFolder);
  }

  createExperiment({ name, tags = {} }: { name: string; tags?: Readonly<Record<string, string>> }, _by: Caller) {
    return this.#database.write((sql) =>
      experiments.insertExperiment(sql, newId(), checkLabel("The experiment", name), tags, Date.now()),
    );
  }

  async getExperiment(name: string) {
    return experiments.experiment(this.#database.sql, name.normalize("NFC"));
  }

  async listExperiments(query: SearchQuery = {}) {
    return experiments.experiments(this.#database.sql, query);
  }

  async startRun(request: Parameters<ExperimentTracker["startRun"]>[0], _by: Caller) {
    const experiment = checkLabel("The experiment", request.experiment);
    const name = checkLabel("The run name", request.name);
    const id = newId();
    return this.#database.write((sql) => {
      if (!experiments.hasExperiment(sql, experiment))
        experiments.insertExperiment(sql, newId(), experiment, {}, Date.now());
      const startedAt = (request.startedAt ?? new Date()).getTime();
      tracker.insertRun(sql, { id, experiment, name, parentId: request.parentId, tags: request.tags ?? {}, startedAt });
      return tracker.run(sql, id);
    });
  }

  endRun(id: string, status: Exclude<TrackedRunStatus, "running">, endedAt = new Date()) {
    return this.#database.write((sql) => tracker.endRun(sql, id, status, endedAt.getTime()));
  }

  async getRun(id: string) {
    return tracker.run(this.#database.sql, id);
  }

  async listRuns(query: TrackedRunQuery = {}) {
    return tracker.runs(this.#database.sql, query);
  }

  deleteRun(id: string, _by: Caller) {
    return this.#database.write((sql) => tracker.deleteRun(sql, id));
  }

  logParams(id: string, params: Readonly<Record<string, string>>) {
    return this.#database.write((sql) => tracker.logParams(sql, id, params));
  }

  logMetrics(id: string, points: readonly MetricPoint[]) {
    return this.#database.writeSoon((sql) => metrics.logMetrics(sql, id, points));
  }

  async metricHistory(id: string, key: string, page: PageRequest = {}) {
    return metrics.metricHistory(this.#database.sql, id, key, page);
  }

  async metricSummaries(id: string) {
    return metrics.metricSummaries(this.#database.sql, id);
  }

  setTags(id: string, tags: Readonly<Record<string, string>>) {
    return this.#database.write((sql) => tracker.setTags(sql, id, tags));
  }

  logInput(id: string, input: RunInput) {
    return this.#database.write((sql) => tracker.logInput(sql, id, input));
  }

  async logFile(id: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer) {
    checkRelativePath(path);
    // Before a large file is copied in vain.
    requireRun(this.#database.sql, id);
    const file = "path" in content ? await this.#keepFile(content.path, transfer) : await this.#keep(content, transfer);
    await this.#database.write((sql) => runFiles.putFile(sql, id, { path, ...file }));
  }

  async #keepFile(path: string, transfer: Transfer | undefined): Promise<Content> {
    if ((await sizeOfFile(path)) > INLINE_LIMIT) return this.#blobs.putFile(path, transfer);
    return this.#keep(await readFile(path), transfer);
  }

  async #keep(bytes: Uint8Array, transfer: Transfer | undefined): Promise<Content> {
    moved(bytes.byteLength, transfer);
    if (bytes.byteLength > INLINE_LIMIT) return this.#blobs.put(bytes);
    return { size: bytes.byteLength, digest: digestOf(bytes), inline: bytes };
  }

  async listFiles(id: string) {
    return runFiles.files(this.#database.sql, id).map(({ path, size }) => ({ path, size }));
  }

  async readFile(id: string, path: string) {
    const { inline, digest } = runFiles.file(this.#database.sql, id, path);
    return inline === undefined ? this.#blobs.get(digest) : checked(inline, digest, path);
  }

  async downloadFile(id: string, path: string, to: string, transfer?: Transfer) {
    const { inline, digest } = runFiles.file(this.#database.sql, id, path);
    if (inline === undefined) return this.#blobs.getFile(digest, to, transfer);
    moved(inline.byteLength, transfer);
    await writeFile(to, checked(inline, digest, path), { flag: "wx", mode: 0o600 });
  }

  /** No program has a client for it: what programs log comes in by their step. */
  async environment(id: string) {
    tracker.run(this.#database.sql, id);
    return { variables: {}, secrets: {} };
  }

  /** Metric points are written without waiting for the disk; an empty durable write syncs what came before it. */
  flush() {
    return this.#database.sync();
  }

  async check(options: CheckOptions) {
    const found = await lookAtDatabase(this.#database.path, async (sql) => [
      await checkFiles("files of runs", runFiles.filesElsewhere(sql), this.#blobs),
    ]);
    return [...found, ...(await this.#blobs.check(options))];
  }
}

/** Says that bytes have moved, all at once, unless their transfer was stopped. */
function moved(count: number, { onBytes, signal }: Transfer = {}): void {
  signal?.throwIfAborted();
  onBytes?.(count);
  signal?.throwIfAborted();
}

type Content = Omit<runFiles.StoredRunFile, "path">;

function checked(inline: Uint8Array, digest: Digest, path: string): Uint8Array {
  if (digestOf(inline) === digest) return inline;
  throw new StackError(
    "DIGEST_MISMATCH",
    `The file ${path} of a run was changed in the database: its checksum is another one.`,
    {
      hint: "Restore the database from a backup, or run the pipeline again.",
    },
  );
}

function newId(): string {
  return randomUUID().replaceAll("-", "");
}

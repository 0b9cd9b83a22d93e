import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import type { FileRef } from "../../artifacts/artifact-type.ts";
import { sizeOfFile } from "../../artifacts/regular-file.ts";
import type { Caller, PageRequest, SearchQuery } from "../../components/common.ts";
import type {
  Experiment,
  ExperimentTracker,
  ExperimentTrackerCapabilities,
  MetricPoint,
  MetricSummary,
  RunInput,
  TrackedRun,
  TrackedRunQuery,
  TrackedRunStatus,
} from "../../components/experiment-tracker.ts";
import { addPoint } from "../../components/metric-summary.ts";
import type { Transfer } from "../../components/transfer.ts";
import { StackError } from "../../errors.ts";
import { checkLabel } from "../../names.ts";
import { checkRelativePath } from "../../safe-path.ts";
import { experimentValues, runValues } from "../../search/records.ts";
import { moved } from "./artifact-store.ts";
import { given, hasTags, pageOf, searched } from "./paging.ts";

interface StoredRun {
  readonly id: string;
  readonly experiment: Experiment;
  readonly name: string;
  readonly startedAt: Date;
  readonly parentId: string | undefined;
  status: TrackedRunStatus;
  endedAt: Date | undefined;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly points: MetricPoint[];
  readonly inputs: RunInput[];
  readonly files: Map<string, Uint8Array>;
}

/** Experiments and runs in memory: for tests, and as the smallest example of an experiment tracker. */
export class InMemoryExperimentTracker implements ExperimentTracker {
  readonly capabilities: ExperimentTrackerCapabilities;
  readonly #experiments = new Map<string, Experiment>();
  readonly #runs = new Map<string, StoredRun>();

  constructor(capabilities: Partial<ExperimentTrackerCapabilities> = {}) {
    const limits = { key: 250, paramValue: 6000, tagValue: 8000 };
    this.capabilities = { nonFiniteMetrics: true, repeatedPoints: true, nestedRuns: true, limits, ...capabilities };
  }

  async createExperiment(request: Parameters<ExperimentTracker["createExperiment"]>[0], _by: Caller) {
    const name = checkLabel("The experiment", request.name);
    if (this.#experiments.has(name))
      throw new StackError("EXPERIMENT_EXISTS", `There is an experiment ${name} already.`);
    return this.#addExperiment(name, request.tags);
  }

  #addExperiment(name: string, tags: Experiment["tags"] = {}): Experiment {
    const experiment = { id: randomUUID(), name, tags: { ...tags }, createdAt: new Date() };
    this.#experiments.set(name, experiment);
    return experiment;
  }

  async getExperiment(name: string) {
    const experiment = this.#experiments.get(name);
    if (experiment === undefined) throw new StackError("EXPERIMENT_NOT_FOUND", `There is no experiment ${name}.`);
    return experiment;
  }

  async listExperiments(query: SearchQuery = {}) {
    return searched([...this.#experiments.values()].reverse(), query, experimentValues);
  }

  async startRun(request: Parameters<ExperimentTracker["startRun"]>[0], _by: Caller) {
    const experiment = checkLabel("The experiment", request.experiment);
    const name = checkLabel("The run name", request.name);
    if (request.parentId !== undefined) {
      if (!this.capabilities.nestedRuns) throw new StackError("UNSUPPORTED", "Runs cannot be nested.");
      this.#run(request.parentId);
    }
    const run: StoredRun = {
      id: randomUUID(),
      experiment: this.#experiments.get(experiment) ?? this.#addExperiment(experiment),
      name,
      startedAt: request.startedAt ?? new Date(),
      parentId: request.parentId,
      status: "running",
      endedAt: undefined,
      params: new Map(),
      tags: new Map(Object.entries(request.tags ?? {})),
      points: [],
      inputs: [],
      files: new Map(),
    };
    this.#runs.set(run.id, run);
    return viewOf(run);
  }

  #run(id: string): StoredRun {
    const run = this.#runs.get(id);
    if (run === undefined) throw new StackError("TRACKED_RUN_NOT_FOUND", `There is no tracked run ${id}.`);
    return run;
  }

  async endRun(id: string, status: Exclude<TrackedRunStatus, "running">, endedAt = new Date()) {
    Object.assign(this.#run(id), { status, endedAt });
  }

  async getRun(id: string) {
    return viewOf(this.#run(id));
  }

  async listRuns({ experiment, parentId, status, tags, ...query }: TrackedRunQuery = {}) {
    const runs = [...this.#runs.values()]
      .reverse()
      .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
      .filter((run) => experiment === undefined || run.experiment.id === experiment)
      .filter((run) => parentId === undefined || run.parentId === parentId)
      .filter((run) => status === undefined || run.status === status)
      .map(viewOf)
      .filter((run) => hasTags(run.tags, tags));
    return searched(runs, query, runValues);
  }

  async deleteRun(id: string, by: Caller) {
    const nested = [...this.#runs.values()].filter((run) => run.parentId === id);
    this.#runs.delete(this.#run(id).id);
    for (const run of nested) await this.deleteRun(run.id, by);
  }

  async logParams(id: string, params: Readonly<Record<string, string>>) {
    const run = this.#run(id);
    for (const [key, value] of Object.entries(params)) {
      if ((run.params.get(key) ?? value) !== value)
        throw new StackError("PARAM_EXISTS", `The parameter ${key} of run ${id} has another value.`);
    }
    for (const [key, value] of Object.entries(params)) run.params.set(key, value);
  }

  async logMetrics(id: string, points: readonly MetricPoint[]) {
    const run = this.#run(id);
    if (!this.capabilities.nonFiniteMetrics && points.some(({ value }) => !Number.isFinite(value)))
      throw new StackError("UNSUPPORTED", "Metrics must be finite.");
    for (const point of points.map((point) => this.#kept(point)))
      if (this.capabilities.repeatedPoints || !run.points.some((other) => isSame(other, point))) run.points.push(point);
    if (!this.capabilities.repeatedPoints) run.points.sort((a, b) => a.value - b.value);
  }

  #kept(point: MetricPoint): MetricPoint {
    if (this.capabilities.nonFiniteMetrics !== "clamped" || Number.isNaN(point.value)) return point;
    return { ...point, value: Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, point.value)) + 0 };
  }

  async metricHistory(id: string, key: string, page?: PageRequest) {
    return pageOf(inOrder(this.#run(id).points.filter((point) => point.key === key)), page);
  }

  async metricSummaries(id: string) {
    return Object.fromEntries(summaries(this.#run(id).points));
  }

  async setTags(id: string, tags: Readonly<Record<string, string>>) {
    const run = this.#run(id);
    for (const [key, value] of Object.entries(tags)) run.tags.set(key, value);
  }

  async logInput(id: string, { name, version, source, digest, context }: RunInput) {
    const input = {
      name,
      ...given("version", version),
      ...given("source", source),
      ...given("digest", digest),
      ...given("context", context),
    };
    const { inputs } = this.#run(id);
    if (!inputs.some((other) => JSON.stringify(other) === JSON.stringify(input))) inputs.push(input);
  }

  async logFile(id: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer) {
    const { files } = this.#run(id);
    checkRelativePath(path);
    if ("path" in content) await sizeOfFile(content.path);
    const bytes = Uint8Array.from("path" in content ? await readFile(content.path) : content);
    moved(bytes.byteLength, transfer);
    files.set(path, bytes);
  }

  async listFiles(id: string) {
    return [...this.#run(id).files].map(([path, { byteLength }]) => ({ path, size: byteLength }));
  }

  async readFile(id: string, path: string) {
    const content = this.#run(id).files.get(path);
    if (content === undefined) throw new StackError("ARTIFACT_NOT_FOUND", `Run ${id} has no file ${path}.`);
    return Uint8Array.from(content);
  }

  async environment(id: string) {
    return { variables: { MEMORY_RUN_ID: this.#run(id).id }, secrets: { MEMORY_TOKEN: `token-of-${id}` } };
  }

  async downloadFile(id: string, path: string, to: string, transfer?: Transfer) {
    const bytes = await this.readFile(id, path);
    moved(bytes.byteLength, transfer);
    await writeFile(to, bytes, { flag: "wx" });
  }

  async flush() {}
}

function summaries(points: readonly MetricPoint[]): Map<string, MetricSummary> {
  const found = new Map<string, MetricSummary>();
  for (const point of points) found.set(point.key, addPoint(found.get(point.key), point));
  return found;
}

function inOrder(points: readonly MetricPoint[]): MetricPoint[] {
  return points.toSorted((a, b) => a.step - b.step || a.at.getTime() - b.at.getTime());
}

function viewOf(run: StoredRun): TrackedRun {
  const { id, name, status, startedAt, endedAt, parentId, points, inputs } = run;
  return {
    id,
    experiment: { id: run.experiment.id, name: run.experiment.name },
    name,
    status,
    startedAt,
    ...given("endedAt", endedAt),
    ...given("parentId", parentId),
    params: Object.fromEntries(run.params),
    tags: Object.fromEntries(run.tags),
    metrics: Object.fromEntries([...summaries(points)].map(([key, { last }]) => [key, last])),
    inputs: [...inputs],
  };
}

function isSame(one: MetricPoint, other: MetricPoint): boolean {
  const { key, value, step, at } = one;
  return key === other.key && value === other.value && step === other.step && at.getTime() === other.at.getTime();
}

import { join } from "node:path";
import {
  addPoint,
  checkLabel,
  checkRelativePath,
  isStackError,
  type Caller,
  type ExperimentTracker,
  type FileRef,
  type FlavorContext,
  type HealthCheck,
  type MetricPoint,
  type MetricSummary,
  type Page,
  type PageRequest,
  type RunInput,
  type SearchQuery,
  type SentWaiting,
  type TrackedRun,
  type TrackedRunQuery,
  type TrackedRunStatus,
  type Transfer,
} from "@modelstack/core/stack";
import {
  checkSpool,
  checkTexts,
  Delivery,
  LastList,
  Outbox,
  refuseOtherParams,
  runNotFound,
  Spool,
  type Letter,
} from "@modelstack/core/tracking";
import type { MlflowClient, Run } from "@modelstack/mlflow-client";
import { trackerCapabilities } from "./capabilities.ts";
import { programEnvironment } from "./environment.ts";
import { Experiments } from "./experiments.ts";
import { historyOf } from "./history.ts";
import { deliver, pairs } from "./letters.ts";
import { PARENT_TAG } from "./records.ts";
import { listRuns, nestedIn, trackedOf } from "./run-list.ts";
import { runError } from "./run-errors.ts";
import { filePlaces, type FilePlace } from "./logged-models.ts";
import { RunFiles } from "./run-files.ts";
import { checkServer } from "../check-server.ts";
import type { MlflowServer } from "../server.ts";
import { sourceTags } from "./source-tags.ts";

/** How many metrics are asked for at the same time. */
const AT_ONCE = 4;
/** How many parameters MLflow takes or refuses as one. */
const PARAMS_AT_ONCE = 100;

const RUN_ID = /^[a-zA-Z0-9][\w-]{0,255}$/;

/** What does not change about a run. */
interface KnownRun {
  readonly experimentId: string;
  readonly artifacts: string;
}

type Texts = Readonly<Record<string, string>>;

interface TrackerOptions extends Pick<FlavorContext, "stateFolder" | "warn"> {
  /** Whether it is an error that the server is away; otherwise what is logged waits on the disk. */
  readonly required: boolean;
}

/** Experiments and runs on an MLflow server. */
export class MlflowExperimentTracker implements ExperimentTracker {
  readonly capabilities = trackerCapabilities;
  readonly #server: MlflowServer;
  readonly #experiments: Experiments;
  readonly #files: RunFiles;
  readonly #spool: Spool;
  readonly #delivery: Delivery;
  readonly #outbox: Outbox;
  readonly #pipelineRuns = new Map<string, string>();
  readonly #history = new LastList<MetricPoint>(1000);
  readonly #known = new Map<string, KnownRun>();

  constructor(server: MlflowServer, { stateFolder, required, warn }: TrackerOptions) {
    this.#server = server;
    this.#experiments = new Experiments(server);
    this.#files = new RunFiles(server);
    this.#spool = new Spool(join(stateFolder, "spool", "mlflow"));
    this.#delivery = new Delivery({
      server: "MLflow",
      deliver: (run, letter, patience) => this.#on(run, (client) => deliver(client, run, letter, patience)),
      putFile: async (run, path, content, transfer) =>
        this.#files.put((await this.#run(run)).artifacts, path, content, transfer),
      spool: this.#spool,
      required,
      warn,
      nameOf: (run) => this.#pipelineRuns.get(run) ?? run,
    });
    this.#outbox = new Outbox((run, letter) => this.#send(run, letter));
  }

  createExperiment({ name, tags }: Parameters<ExperimentTracker["createExperiment"]>[0], _by: Caller) {
    return this.#experiments.create(name, tags);
  }

  getExperiment(name: string) {
    return this.#experiments.get(name);
  }

  listExperiments(query: SearchQuery = {}) {
    return this.#experiments.list(query);
  }

  async startRun(request: Parameters<ExperimentTracker["startRun"]>[0], by: Caller): Promise<TrackedRun> {
    const { parentId, tags = {}, startedAt = new Date() } = request;
    const run_name = checkLabel("The run name", request.name);
    checkLabel("The experiment", request.experiment);
    checkTexts("tag", tags, trackerCapabilities, "MLflow");
    if (parentId !== undefined) await this.#run(parentId);
    const experiment_id = await this.#experiments.idOf(request.experiment);
    const own = { ...sourceTags(tags, by), ...(parentId === undefined ? {} : { [PARENT_TAG]: parentId }) };
    const run = await this.#server.call((client) =>
      client.runs.create({
        experiment_id,
        run_name,
        start_time: startedAt.getTime(),
        tags: [...Object.entries(own).map(([key, value]) => ({ key, value })), ...pairs(tags)],
      }),
    );
    this.#remember(run);
    const pipelineRun = tags["modelstack.pipeline_run_id"];
    if (pipelineRun !== undefined) this.#pipelineRuns.set(run.info.run_id, pipelineRun);
    return this.#tracked(run);
  }

  async endRun(id: string, status: Exclude<TrackedRunStatus, "running">, endedAt = new Date()): Promise<void> {
    await this.#outbox.settled(id);
    await this.#send(id, { kind: "end", status, at: endedAt.getTime() });
    await this.#delivery.drainIfBack(id);
  }

  async getRun(id: string): Promise<TrackedRun> {
    return this.#tracked(await this.#get(id));
  }

  listRuns(query: TrackedRunQuery = {}): Promise<Page<TrackedRun>> {
    return listRuns(this.#server, this.#experiments, query);
  }

  async deleteRun(id: string, by: Caller): Promise<void> {
    const { experimentId } = await this.#run(id);
    for (const nested of await nestedIn(this.#server, id, experimentId)) await this.deleteRun(nested, by);
    await this.#on(id, ({ runs }) => runs.delete({ run_id: id }));
    this.#known.delete(id);
  }

  async logParams(id: string, params: Texts): Promise<void> {
    checkTexts("param", params, trackerCapabilities, "MLflow");
    if (Object.keys(params).length > PARAMS_AT_ONCE) refuseOtherParams(id, await this.#paramsOf(id), params);
    await this.#send(id, { kind: "params", params });
  }

  async logMetrics(id: string, points: readonly MetricPoint[]): Promise<void> {
    await this.#outbox.add(
      id,
      points.map(({ key, value, step, at }) => ({ key, value, step, timestamp: at.getTime() })),
    );
  }

  async metricHistory(id: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    const load = async () => {
      await this.#get(id);
      return this.#server.call((client) => historyOf(client, id, key));
    };
    return this.#history.page(`${id} ${key}`, load, page);
  }

  async metricSummaries(id: string): Promise<Readonly<Record<string, MetricSummary>>> {
    const keys = Object.keys((await this.#tracked(await this.#get(id))).metrics);
    const summaries: [string, MetricSummary][] = [];
    const next = keys.values();
    const some = async () => {
      for (const key of next) {
        const points = await this.#server.call((client) => historyOf(client, id, key));
        const summary = points.reduce<MetricSummary | undefined>(addPoint, undefined);
        if (summary !== undefined) summaries.push([key, summary]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
    return Object.fromEntries(summaries);
  }

  async setTags(id: string, tags: Texts): Promise<void> {
    checkTexts("tag", tags, trackerCapabilities, "MLflow");
    await this.#send(id, { kind: "tags", tags });
  }

  async logInput(id: string, input: RunInput): Promise<void> {
    await this.#send(id, { kind: "input", input });
  }

  async logFile(id: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer): Promise<void> {
    checkRelativePath(path);
    if (!RUN_ID.test(id)) throw runNotFound(id);
    await this.#delivery.sendFile(id, path, content, transfer);
  }

  async listFiles(id: string) {
    return this.#files.list(await this.#places(id));
  }

  async readFile(id: string, path: string) {
    return this.#files.read(await this.#places(id), path);
  }

  async downloadFile(id: string, path: string, to: string, transfer?: Transfer) {
    await this.#files.download(await this.#places(id), path, to, transfer);
  }

  async environment(id: string) {
    return programEnvironment(this.#server, id, (await this.#run(id)).experimentId);
  }

  async flush(): Promise<void> {
    await this.#outbox.flush();
    for (const run of this.#known.keys()) await this.#delivery.drainIfBack(run);
  }

  async sendWaiting(id: string): Promise<SentWaiting> {
    return this.#delivery.drain(id);
  }

  async check(): Promise<readonly HealthCheck[]> {
    return [...(await checkServer(this.#server)), ...(await checkSpool(this.#spool))];
  }

  async #places(id: string): Promise<readonly FilePlace[]> {
    const run = await this.#get(id);
    return this.#server.call((client) => filePlaces(client, run));
  }

  async #send(id: string, letter: Letter): Promise<void> {
    if (!RUN_ID.test(id)) throw runNotFound(id);
    await this.#delivery.send(id, letter);
  }

  /** Does something with a run, and says that there is none where the server does. */
  async #on<T>(id: string, work: (client: MlflowClient) => Promise<T>): Promise<T> {
    if (!RUN_ID.test(id)) throw runNotFound(id);
    return this.#server.call(async (client) => {
      try {
        return await work(client);
      } catch (error) {
        throw runError(id, error);
      }
    });
  }

  async #get(id: string): Promise<Run> {
    const run = await this.#on(id, ({ runs }) => runs.get({ run_id: id }));
    if (run.info.lifecycle_stage === "deleted") throw runNotFound(id);
    this.#remember(run);
    return run;
  }

  /** What is known of a run, without asking again. */
  async #run(id: string): Promise<KnownRun> {
    return this.#known.get(id) ?? this.#current(id);
  }

  /** What is known of a run, which is there still. */
  async #current(id: string): Promise<KnownRun> {
    return this.#remember(await this.#get(id));
  }

  #remember({ info }: Run): KnownRun {
    const known = { experimentId: info.experiment_id, artifacts: info.artifact_uri };
    this.#known.set(info.run_id, known);
    return known;
  }

  #tracked(run: Run): Promise<TrackedRun> {
    return trackedOf(this.#server, this.#experiments, run);
  }

  /** None while the server is away: what it then refuses is told when it is sent. */
  async #paramsOf(id: string): Promise<Texts> {
    try {
      return this.#spool.has(id) ? {} : (await this.getRun(id)).params;
    } catch (error) {
      if (!isStackError(error, "unavailable")) throw error;
      return {};
    }
  }
}

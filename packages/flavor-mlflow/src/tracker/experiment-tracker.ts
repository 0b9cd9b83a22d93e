import { join } from "node:path";
import {
  addPoint,
  checkLabel,
  checkRelativePath,
  matchesFilter,
  StackError,
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
  type SearchFilter,
  type SearchQuery,
  type SentWaiting,
  type TrackedRun,
  type TrackedRunQuery,
  type TrackedRunStatus,
  type Transfer,
} from "@modelstack/core/stack";
import type { MlflowClient, Run } from "@modelstack/mlflow-client";
import { trackerCapabilities } from "./capabilities.ts";
import { checkSpool } from "./check-spool.ts";
import { Delivery } from "./delivery.ts";
import { programEnvironment } from "./environment.ts";
import { Experiments } from "./experiments.ts";
import { serverFilter, serverOrder } from "./filters.ts";
import { historyOf, LastHistory } from "./history.ts";
import { pairs, type Letter } from "./letters.ts";
import { Outbox } from "./outbox.ts";
import { wantedPage } from "./paging.ts";
import { PARENT_TAG, serverRunValues, trackedRunOf } from "./records.ts";
import { notFound, paramExists, runError } from "./run-errors.ts";
import { filePlaces, type FilePlace } from "./logged-models.ts";
import { RunFiles } from "./run-files.ts";
import { checkServer } from "../check-server.ts";
import type { MlflowServer } from "../server.ts";
import { sourceTags } from "./source-tags.ts";
import { Spool } from "./spool.ts";

const PAGE = 100;
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
  readonly #history = new LastHistory();
  readonly #known = new Map<string, KnownRun>();

  constructor(server: MlflowServer, { stateFolder, required, warn }: TrackerOptions) {
    this.#server = server;
    this.#experiments = new Experiments(server);
    this.#files = new RunFiles(server);
    this.#spool = new Spool(join(stateFolder, "spool", "mlflow"));
    this.#delivery = new Delivery({
      server,
      files: this.#files,
      spool: this.#spool,
      required,
      warn,
      place: (run) => this.#run(run),
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
    this.#checkTexts("tag", tags);
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

  async listRuns(query: TrackedRunQuery = {}): Promise<Page<TrackedRun>> {
    const { limit = PAGE, pageToken, experiment, orderBy = [] } = query;
    const filter = filterOf(query);
    const experiment_ids = experiment === undefined ? await this.#experiments.ids() : [experiment];
    const server = serverFilter(filter, filter.length === 0 ? "" : await this.#server.version());
    const request = {
      experiment_ids,
      filter: server.filter,
      // The server goes on with the time of the start, last first.
      order_by: serverOrder(orderBy),
      max_results: server.complete ? limit : 1000,
    };
    if (experiment !== undefined) await this.#experiments.nameOf(experiment);
    return wantedPage(
      async (page_token) => {
        const { runs, next_page_token } = await this.#server.call((client) =>
          client.runs.search({ ...request, page_token }),
        );
        const items = await Promise.all(runs.map(async (run) => ({ run, tracked: await this.#tracked(run) })));
        return { items, next: next_page_token };
      },
      ({ run, tracked }) => (matchesFilter(filter, serverRunValues(run, tracked)) ? tracked : undefined),
      { limit, pageToken },
    );
  }

  async deleteRun(id: string, _by: Caller): Promise<void> {
    const { experimentId } = await this.#run(id);
    await this.#deleteTree(id, experimentId);
  }

  async logParams(id: string, params: Texts): Promise<void> {
    this.#checkTexts("param", params);
    if (Object.keys(params).length > PARAMS_AT_ONCE) await this.#refuseOtherParams(id, params);
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
    this.#checkTexts("tag", tags);
    await this.#send(id, { kind: "tags", tags });
  }

  async logInput(id: string, input: RunInput): Promise<void> {
    await this.#send(id, { kind: "input", input });
  }

  async logFile(id: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer): Promise<void> {
    checkRelativePath(path);
    if (!RUN_ID.test(id)) throw notFound(id);
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
    if (!RUN_ID.test(id)) throw notFound(id);
    await this.#delivery.send(id, letter);
  }

  /** Does something with a run, and says that there is none where the server does. */
  async #on<T>(id: string, work: (client: MlflowClient) => Promise<T>): Promise<T> {
    if (!RUN_ID.test(id)) throw notFound(id);
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
    if (run.info.lifecycle_stage === "deleted") throw notFound(id);
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

  async #tracked(run: Run): Promise<TrackedRun> {
    return trackedRunOf(this.#server.url, run, await this.#experiments.nameOf(run.info.experiment_id));
  }

  async #deleteTree(id: string, experimentId: string): Promise<void> {
    for (;;) {
      const filter = `tags.\`${PARENT_TAG}\` = '${id}'`;
      const { runs } = await this.#server.call((client) =>
        client.runs.search({ experiment_ids: [experimentId], filter, max_results: 1000 }),
      );
      if (runs.length === 0) break;
      for (const { info } of runs) await this.#deleteTree(info.run_id, experimentId);
    }
    await this.#on(id, ({ runs }) => runs.delete({ run_id: id }));
    this.#known.delete(id);
  }

  async #refuseOtherParams(id: string, params: Texts): Promise<void> {
    const present = (await this.getRun(id)).params;
    for (const [key, value] of Object.entries(params)) {
      const other = Object.hasOwn(present, key) ? present[key] : undefined;
      if (other !== undefined && other !== value)
        throw paramExists(`The parameter ${key} of run ${id} is "${other}" already and cannot become "${value}".`);
    }
  }

  /** The server would cut them off without a word. */
  #checkTexts(what: "param" | "tag", texts: Texts): void {
    const limit = this.capabilities.limits[`${what}Value`];
    const [key, value] = Object.entries(texts).find(([, text]) => text.length > limit) ?? [];
    if (key === undefined) return;
    throw new StackError("UNSUPPORTED", `The ${what} ${key} has ${value!.length} characters, MLflow keeps ${limit}.`, {
      hint: "Log it as a file: logText().",
    });
  }
}

function filterOf({ filter = [], parentId, status, tags = {} }: TrackedRunQuery): SearchFilter {
  const equal = (kind: "tag" | "attribute", key: string, value: string) =>
    ({ field: { kind, key }, comparator: "=", value }) as const;
  return [
    ...filter,
    ...(parentId === undefined ? [] : [equal("tag", PARENT_TAG, parentId)]),
    ...(status === undefined ? [] : [equal("attribute", "status", status.toUpperCase())]),
    ...Object.entries(tags).map(([key, value]) => equal("tag", key, value)),
  ];
}

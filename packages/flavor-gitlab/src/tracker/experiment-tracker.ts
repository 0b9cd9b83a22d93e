import { join } from "node:path";
import {
  addPoint,
  checkLabel,
  checkRelativePath,
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
  runNotFound,
  Spool,
  type Letter,
} from "@modelstack/core/tracking";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import { checkProject } from "../check-project.ts";
import type { ProjectClient } from "../client/gitlab-client.ts";
import type { Run } from "../client/runs.ts";
import type { GitLabProject } from "../connection/gitlab-project.ts";
import { nameForServer } from "../file-names.ts";
import { trackerCapabilities } from "./capabilities.ts";
import { programEnvironment } from "./environment.ts";
import { experimentOfModel, Experiments } from "./experiments.ts";
import { HeldFiles } from "./held-files.ts";
import { pairs } from "./own-tags.ts";
import { allPoints, fileOwnerOf, JOB_TAG, PARENT_TAG, USER_TAG } from "./records.ts";
import { runError } from "./run-errors.ts";
import { RunFiles } from "./run-files.ts";
import { foundRuns, nestedIn, trackedOf } from "./run-list.ts";
import { AT_ONCE, RunWriter } from "./run-writer.ts";

const GITLAB = "GitLab";

type Texts = Readonly<Record<string, string>>;

interface TrackerOptions extends Pick<FlavorContext, "stateFolder" | "warn" | "note"> {
  /** Whether it is an error that GitLab is away; otherwise what is logged waits on the disk. */
  readonly required: boolean;
}

/** Experiments and runs in a GitLab project. */
export class GitLabExperimentTracker implements ExperimentTracker {
  readonly capabilities = trackerCapabilities;
  readonly #project: GitLabProject;
  readonly #warn: FlavorContext["warn"];
  readonly #experiments: Experiments;
  readonly #files: RunFiles;
  readonly #writer: RunWriter;
  readonly #spool: Spool;
  readonly #delivery: Delivery;
  readonly #outbox: Outbox;
  readonly #held = new HeldFiles();
  readonly #pipelineRuns = new Map<string, string>();
  readonly #history = new LastList<MetricPoint>(1000);
  readonly #list = new LastList<TrackedRun>(100);
  /** What is known of runs without asking: where they are. */
  readonly #known = new Map<string, Run["info"]>();

  constructor(project: GitLabProject, { stateFolder, required, warn, note }: TrackerOptions) {
    this.#project = project;
    this.#warn = warn;
    this.#experiments = new Experiments(project);
    this.#files = new RunFiles(project);
    this.#writer = new RunWriter(note);
    this.#spool = new Spool(join(stateFolder, "spool", "gitlab"));
    this.#delivery = new Delivery({
      server: GITLAB,
      deliver: (run, letter, patience) =>
        this.#on(run, (client) => this.#writer.deliver(client, run, letter, patience)),
      putFile: async (run, path, content, transfer) => this.#files.put(await this.#owner(run), path, content, transfer),
      spool: this.#spool,
      required,
      warn,
      nameOf: (run) => this.#pipelineRuns.get(run) ?? run,
    });
    this.#outbox = new Outbox((run, letter) => this.#send(run, letter), AT_ONCE);
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

  experimentOfModel(model: string): string {
    return experimentOfModel(model);
  }

  async startRun(request: Parameters<ExperimentTracker["startRun"]>[0], { actor }: Caller): Promise<TrackedRun> {
    const { parentId, tags = {}, startedAt = new Date() } = request;
    const run_name = checkLabel("The run name", request.name);
    checkLabel("The experiment", request.experiment);
    checkTexts("tag", tags, trackerCapabilities, GITLAB);
    if (parentId !== undefined) await this.#info(parentId);
    const experiment_id = await this.#experiments.idOf(request.experiment);
    const own = { [USER_TAG]: actor, ...(parentId === undefined ? {} : { [PARENT_TAG]: parentId }) };
    const run = await this.#project.call(({ runs }) =>
      runs.create({ experiment_id, run_name, start_time: startedAt.getTime(), tags: pairs({ ...tags, ...own }) }),
    );
    this.#known.set(run.info.run_id, run.info);
    this.#writer.begun(run);
    const pipelineRun = tags["modelstack.pipeline_run_id"];
    if (pipelineRun !== undefined) this.#pipelineRuns.set(run.info.run_id, pipelineRun);
    await this.#linkJob(run.info.run_id);
    return trackedOf(this.#project, this.#experiments, run);
  }

  async endRun(id: string, status: Exclude<TrackedRunStatus, "running">, endedAt = new Date()): Promise<void> {
    await this.#outbox.settled(id);
    await this.#release(id);
    await this.#send(id, { kind: "end", status, at: endedAt.getTime() });
    await this.#delivery.drainIfBack(id);
  }

  async getRun(id: string): Promise<TrackedRun> {
    return trackedOf(this.#project, this.#experiments, await this.#get(id));
  }

  async listRuns({ limit, pageToken, ...query }: TrackedRunQuery = {}): Promise<Page<TrackedRun>> {
    const load = () => foundRuns(this.#project, this.#experiments, query);
    return this.#list.page(JSON.stringify(query), load, {
      ...(limit === undefined ? {} : { limit }),
      ...(pageToken === undefined ? {} : { pageToken }),
    });
  }

  async deleteRun(id: string, by: Caller): Promise<void> {
    const { experiment_id } = await this.#info(id);
    for (const nested of await nestedIn(this.#project, id, experiment_id)) await this.deleteRun(nested, by);
    await this.#on(id, ({ runs }) => runs.delete(id));
    this.#held.release(id);
    this.#known.delete(id);
    this.#writer.share(id);
  }

  async logParams(id: string, params: Texts): Promise<void> {
    checkTexts("param", params, trackerCapabilities, GITLAB);
    await this.#send(id, { kind: "params", params });
  }

  async logMetrics(id: string, points: readonly MetricPoint[]): Promise<void> {
    await this.#outbox.add(
      id,
      points.map(({ key, value, step, at }) => ({ key, value, step, timestamp: at.getTime() })),
    );
  }

  async metricHistory(id: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    const load = async () => allPoints(await this.#get(id)).filter((point) => point.key === key);
    return this.#history.page(`${id} ${key}`, load, page);
  }

  async metricSummaries(id: string): Promise<Readonly<Record<string, MetricSummary>>> {
    const summaries = new Map<string, MetricSummary>();
    for (const point of allPoints(await this.#get(id)))
      summaries.set(point.key, addPoint(summaries.get(point.key), point));
    return Object.fromEntries(summaries);
  }

  async setTags(id: string, tags: Texts): Promise<void> {
    checkTexts("tag", tags, trackerCapabilities, GITLAB);
    await this.#send(id, { kind: "tags", tags });
  }

  async logInput(id: string, input: RunInput): Promise<void> {
    await this.#send(id, { kind: "input", input });
  }

  async logFile(id: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer): Promise<void> {
    nameForServer(checkRelativePath(path));
    checkId(id);
    if (this.#writer.isOwn(id) && this.#held.hold(id, path, content)) return;
    await this.#release(id);
    await this.#delivery.sendFile(id, path, content, transfer);
  }

  async listFiles(id: string) {
    return this.#files.list(await this.#currentOwner(id));
  }

  async readFile(id: string, path: string) {
    return this.#files.read(await this.#currentOwner(id), checkRelativePath(path));
  }

  async downloadFile(id: string, path: string, to: string, transfer?: Transfer) {
    await this.#files.download(await this.#currentOwner(id), checkRelativePath(path), to, transfer);
  }

  async environment(id: string) {
    const { experiment_id } = await this.#info(id);
    this.#writer.share(id);
    return programEnvironment(this.#project, id, experiment_id);
  }

  async flush(): Promise<void> {
    for (const run of this.#held.runs()) await this.#release(run);
    await this.#outbox.flush();
    for (const run of this.#known.keys()) await this.#delivery.drainIfBack(run);
  }

  async sendWaiting(id: string): Promise<SentWaiting> {
    checkId(id);
    return this.#delivery.drain(id);
  }

  async check(): Promise<readonly HealthCheck[]> {
    return [...(await checkProject(this.#project)), ...(await checkSpool(this.#spool))];
  }

  async #release(id: string): Promise<void> {
    for (const [path, content] of this.#held.release(id)) await this.#delivery.sendFile(id, path, content);
  }

  async #send(id: string, letter: Letter): Promise<void> {
    checkId(id);
    await this.#delivery.send(id, letter);
  }

  /** GitLab shows the job on the run's page. That it knows no such job, as where another program plays GitLab, is no reason to run nothing. */
  async #linkJob(run_id: string): Promise<void> {
    const { job, known } = await this.#project.settings();
    if (job?.id === undefined || known === undefined) return;
    const tag = { run_id, key: JOB_TAG, value: job.id };
    await this.#project.call(async ({ runs }) => {
      try {
        await runs.setTag(tag, { retries: 0 });
      } catch (error) {
        if (!isMlflowError(error)) throw error;
        this.#warn(`The run is not linked to its job ${tag.value}: ${error.message}`);
      }
    });
  }

  /** Does something with a run, and says that there is none where GitLab does. */
  async #on<T>(id: string, work: (client: ProjectClient) => Promise<T>): Promise<T> {
    return this.#project.call(async (client) => {
      try {
        return await work(client);
      } catch (error) {
        throw runError(id, error);
      }
    });
  }

  async #get(id: string): Promise<Run> {
    const run = await this.#on(id, ({ runs }) => runs.get(id));
    this.#known.set(id, run.info);
    return run;
  }

  /** What does not change about a run, without asking again. */
  async #info(id: string): Promise<Run["info"]> {
    return this.#known.get(id) ?? (await this.#get(id)).info;
  }

  async #owner(id: string): Promise<string> {
    return ownerIn(id, await this.#info(id));
  }

  /** Where the files of a run are now: they move with it when it becomes a version. */
  async #currentOwner(id: string): Promise<string> {
    await this.#release(id);
    return ownerIn(id, (await this.#get(id)).info);
  }
}

/** It becomes the name of a folder while GitLab is away. */
function checkId(id: string): void {
  if (!/^[\w-]{1,64}$/.test(id)) throw runNotFound(id);
}

function ownerIn(id: string, info: Run["info"]): string {
  const owner = fileOwnerOf(info);
  if (owner === undefined) throw runNotFound(id);
  return owner;
}

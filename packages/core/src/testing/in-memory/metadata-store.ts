import type { Page, PageRequest } from "../../components/common.ts";
import type {
  ArtifactQuery,
  AttemptCommit,
  ChangeQuery,
  MetadataStore,
  ModelUseQuery,
  OutputQuery,
  RunQuery,
} from "../../components/metadata-store.ts";
import type {
  ArtifactRecord,
  ChangeRecord,
  EffectRecord,
  FactLine,
  Lease,
  ModelUse,
  NamedArtifact,
  RunEvent,
  RunRecord,
  RunView,
} from "../../components/records.ts";
import type { Digest } from "../../digest.ts";
import { messageOf, StackError } from "../../errors.ts";
import { encodeJson, type Json } from "../../json.ts";
import type { Plan } from "../../pipeline/plan.ts";
import type { ProcessIdentity } from "../../platform.ts";
import { AllFacts } from "./facts.ts";
import { Leases } from "./leases.ts";
import { given, pageOf } from "./paging.ts";

/** The facts about runs in memory: for tests, and as the smallest example of a metadata store. */
export class InMemoryMetadataStore implements MetadataStore {
  readonly #facts = new AllFacts();
  readonly #leases = new Leases();

  async createRun(run: RunRecord, plan: Plan) {
    this.#facts.runs.check(run);
    this.#facts.plans.put({ digest: run.plan, plan });
    this.#facts.runs.put(run);
  }

  async append(events: readonly RunEvent[]) {
    for (const event of events) this.#facts.events.check(event);
    for (const event of events) this.#facts.events.put(event);
  }

  async commitAttempt({ attempt, scope, events, artifacts, outputs, inputs }: AttemptCommit) {
    const facts = this.#facts;
    if (facts.attempts.check(attempt)) return;
    this.#leases.require({ scope, fence: attempt.fence }, `run/${attempt.run}/${attempt.instance}`);
    const others = facts.attempts
      .all()
      .filter(({ run, instance }) => run === attempt.run && instance === attempt.instance);
    if (others.some(({ status }) => status === "succeeded"))
      throw new StackError("FENCE_LOST", `${attempt.instance} of run ${attempt.run} has succeeded already.`);
    for (const event of events) facts.events.check(event);
    for (const output of outputs) facts.outputs.check(output);
    for (const artifact of artifacts) facts.putArtifact(artifact);
    facts.attempts.put(attempt);
    for (const output of outputs) {
      facts.outputs.put(output);
      facts.countVersion(output, attempt.usage.endedAt);
    }
    for (const input of inputs) facts.inputs.put(input);
    for (const event of events) facts.events.put(event);
  }

  async recordModelUse(use: ModelUse) {
    this.#facts.uses.put(use);
  }

  async modelUses({ model, version, ...page }: ModelUseQuery = {}) {
    const uses = this.#facts.uses
      .all()
      .filter((use) => model === undefined || use.model === model)
      .filter((use) => version === undefined || use.version === version);
    return pageOf(
      uses.sort((a, b) => (a.id < b.id ? 1 : -1)),
      page,
    );
  }

  async recordChanges(changes: readonly ChangeRecord[]) {
    for (const change of changes) this.#facts.changes.check(change);
    for (const change of changes) this.#facts.changes.put(change);
  }

  async changes({ registry, model, ...page }: ChangeQuery) {
    const changes = this.#facts.changes.all().filter((one) => one.registry === registry && one.model === model);
    return pageOf(
      changes.sort((a, b) => a.number - b.number),
      page,
    );
  }

  async putEffect(effect: EffectRecord) {
    return this.#facts.putEffect(effect);
  }

  async settleEffect(key: string, done: Json) {
    const effect = this.#facts.effects.get(key);
    if (effect !== undefined) this.#facts.effects.set(key, { ...effect, done });
  }

  async getEffect(key: string) {
    return structuredClone(this.#facts.effects.get(key));
  }

  async acquireLease(scope: string, holder: ProcessIdentity, seconds: number) {
    return this.#leases.acquire(scope, holder, seconds);
  }

  async renewLease(lease: Lease, seconds: number) {
    return this.#leases.renew(lease, seconds);
  }

  async releaseLease(lease: Lease) {
    this.#leases.release(lease);
  }

  async getRun(id: string) {
    const run = this.#facts.runs.get(id);
    if (run === undefined) throw new StackError("RUN_NOT_FOUND", `There is no run ${id}.`);
    return this.#view(run);
  }

  async listRuns({ pipeline, status, idPrefix = "", name, ...page }: RunQuery = {}) {
    const runs = this.#facts.runs
      .all()
      .filter((run) => pipeline === undefined || run.pipeline === pipeline)
      .filter((run) => name === undefined || run.name === name)
      .filter((run) => run.id.startsWith(idPrefix))
      .map((run) => this.#view(run))
      .filter((run) => status === undefined || run.status === status)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    return pageOf(runs, page);
  }

  #view(run: RunRecord): RunView {
    const events = this.#facts.events.all().filter((event) => event.run === run.id);
    const started = events.find((event) => event.kind === "run-started");
    const finished = events.find((event) => event.kind === "run-finished");
    return {
      ...structuredClone(run),
      status: finished?.status ?? (this.#leases.holdsRun(run.id) ? "running" : "interrupted"),
      ...given("startedAt", started?.at),
      ...given("trackedRun", started?.trackedRun),
      ...given("finishedAt", finished?.at),
      ...given("cause", finished?.cause),
    };
  }

  async getPlan(digest: Digest) {
    const stored = this.#facts.plans.get(digest);
    if (stored === undefined) throw new StackError("ARTIFACT_NOT_FOUND", `There is no plan ${digest}.`);
    return structuredClone(stored.plan);
  }

  async events(run: string) {
    const events = this.#facts.events.all().filter((event) => event.run === run);
    return events.sort((a, b) => (a.writer === b.writer ? a.seq - b.seq : a.writer < b.writer ? -1 : 1));
  }

  async attempts(run: string) {
    const attempts = this.#facts.attempts.all().filter((attempt) => attempt.run === run);
    return attempts.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async inputs(attempt: string) {
    return this.#facts.inputs.all().filter((input) => input.attempt === attempt);
  }

  async outputs({ run, instance, digest, ...page }: OutputQuery) {
    const outputs = this.#facts.outputs
      .all()
      .filter((output) => run === undefined || output.run === run)
      .filter((output) => instance === undefined || output.instance === instance)
      .filter((output) => digest === undefined || output.digest === digest);
    return pageOf(outputs, page);
  }

  async getArtifact(digest: Digest) {
    const artifact = this.#facts.artifacts.get(digest);
    if (artifact === undefined) throw new StackError("ARTIFACT_NOT_FOUND", `There is no artifact ${digest}.`);
    return structuredClone(artifact);
  }

  async listArtifacts({ type, digestPrefix = "", ...page }: ArtifactQuery = {}) {
    const artifacts = [...this.#facts.artifacts.values()]
      .filter((artifact) => type === undefined || artifact.type === type)
      .filter((artifact) => artifact.digest.startsWith(`sha256:${digestPrefix}`))
      .map(({ inline: _content, ...about }) => about)
      .reverse();
    return pageOf(artifacts, page);
  }

  async namedArtifacts(name?: string, page?: PageRequest): Promise<Page<NamedArtifact>> {
    const named = this.#facts.named.all().reverse();
    if (name === undefined) {
      return pageOf(
        named.sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0)),
        page,
      );
    }
    return pageOf(
      named.filter((artifact) => artifact.name === name).sort((a, b) => b.version - a.version),
      page,
    );
  }

  async deleteRun(id: string) {
    await this.getRun(id);
    if (this.#leases.holdsRun(id)) throw new StackError("RUN_HELD", `Run ${id} is still running.`);
    const facts = this.#facts;
    const attempts = new Set(facts.attempts.all().flatMap((attempt) => (attempt.run === id ? [attempt.id] : [])));
    const before = this.#digestsInUse();
    facts.inputs.remove(({ attempt }) => attempts.has(attempt));
    for (const kind of [facts.outputs, facts.attempts, facts.events])
      kind.remove(({ run }: { run: string }) => run === id);
    facts.runs.remove((run) => run.id === id);
    for (const key of facts.effects.keys()) if (key.startsWith(`${id}/`)) facts.effects.delete(key);
    const after = this.#digestsInUse();
    return [...before].filter((digest) => !after.has(digest)).flatMap((digest) => this.#forget(digest));
  }

  #digestsInUse(): Set<Digest> {
    // A model is kept by its registry: who received one does not need the artifact that it once was.
    const received = this.#facts.inputs.all().filter(({ from }) => !("model" in from));
    return new Set([...this.#facts.outputs.all(), ...received].map(({ digest }) => digest));
  }

  #forget(digest: Digest): ArtifactRecord[] {
    const artifact = this.#facts.artifacts.get(digest);
    this.#facts.artifacts.delete(digest);
    this.#facts.named.remove((named) => named.digest === digest);
    return artifact === undefined ? [] : [artifact];
  }

  async *export() {
    for (const line of this.#facts.lines()) yield encodeJson(line);
  }

  async import(lines: AsyncIterable<string>) {
    let number = 0;
    for await (const line of lines) {
      number++;
      try {
        this.#facts.putLine(JSON.parse(line) as FactLine);
      } catch (cause) {
        throw new StackError("FACT_CONFLICT", `Line ${number} is refused: ${messageOf(cause)}`, { cause });
      }
    }
  }
}

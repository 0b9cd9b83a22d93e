import type { LocalDatabase } from "./database.ts";
import { checkPages, lookAtDatabase } from "./look-at-database.ts";
import * as artifacts from "./sql/artifacts.ts";
import * as attempts from "./sql/attempts.ts";
import * as effects from "./sql/effects.ts";
import * as uses from "./sql/model-uses.ts";
import * as registryChanges from "./sql/registry-changes.ts";
import * as runs from "./sql/runs.ts";
import * as leases from "./sql/leases.ts";
import * as transfer from "./sql/transfer.ts";
import type {
  AttemptCommit,
  ChangeQuery,
  ChangeRecord,
  Digest,
  EffectRecord,
  Json,
  Lease,
  MetadataStore,
  ModelUse,
  ModelUseQuery,
  OutputQuery,
  ArtifactQuery,
  CheckOptions,
  PageRequest,
  Plan,
  ProcessIdentity,
  RunEvent,
  RunQuery,
  RunRecord,
} from "@modelstack/core";

/** The facts about runs in the project's SQLite file. */
export class LocalMetadataStore implements MetadataStore {
  readonly #database: LocalDatabase;

  constructor(database: LocalDatabase) {
    this.#database = database;
  }

  createRun(run: RunRecord, plan: Plan) {
    return this.#database.write((sql) => runs.insertRun(sql, run, plan));
  }

  append(events: readonly RunEvent[]) {
    return this.#database.writeSoon((sql) => runs.insertEvents(sql, events));
  }

  commitAttempt(commit: AttemptCommit) {
    return this.#database.write((sql) => attempts.commitAttempt(sql, commit));
  }

  recordModelUse(use: ModelUse) {
    return this.#database.writeSoon((sql) => uses.insertModelUse(sql, use));
  }

  async modelUses(query: ModelUseQuery = {}) {
    return uses.modelUses(this.#database.sql, query);
  }

  recordChanges(changes: readonly ChangeRecord[]) {
    return this.#database.write((sql) => registryChanges.insertChanges(sql, changes));
  }

  async changes(query: ChangeQuery) {
    return registryChanges.changes(this.#database.sql, query);
  }

  putEffect(effect: EffectRecord) {
    return this.#database.write((sql) => effects.putEffect(sql, effect));
  }

  settleEffect(key: string, done: Json) {
    return this.#database.write((sql) => effects.settleEffect(sql, key, done));
  }

  async getEffect(key: string) {
    return effects.effect(this.#database.sql, key);
  }

  acquireLease(scope: string, holder: ProcessIdentity, seconds: number) {
    return this.#database.write((sql) => leases.acquire(sql, scope, holder, seconds));
  }

  renewLease(lease: Lease, seconds: number) {
    return this.#database.write((sql) => leases.renew(sql, lease, seconds));
  }

  releaseLease(lease: Lease) {
    return this.#database.write((sql) => leases.release(sql, lease));
  }

  async getRun(id: string) {
    return runs.run(this.#database.sql, id);
  }

  async listRuns(query: RunQuery = {}) {
    return runs.runs(this.#database.sql, query);
  }

  async getPlan(digest: Digest) {
    return runs.plan(this.#database.sql, digest);
  }

  async events(run: string) {
    return runs.events(this.#database.sql, run);
  }

  async attempts(run: string) {
    return attempts.attempts(this.#database.sql, run);
  }

  async inputs(attempt: string) {
    return attempts.inputs(this.#database.sql, attempt);
  }

  async outputs(query: OutputQuery) {
    return attempts.outputs(this.#database.sql, query);
  }

  async getArtifact(digest: Digest) {
    return artifacts.artifact(this.#database.sql, digest);
  }

  async listArtifacts(query: ArtifactQuery = {}) {
    return artifacts.artifacts(this.#database.sql, query);
  }

  async namedArtifacts(name?: string, page: PageRequest = {}) {
    return artifacts.namedArtifacts(this.#database.sql, name, page);
  }

  deleteRun(id: string) {
    return this.#database.write((sql) => runs.deleteRun(sql, id));
  }

  async *export() {
    yield* transfer.exportFacts(this.#database.sql);
  }

  async import(lines: AsyncIterable<string>) {
    let number = 0;
    for await (const line of lines) {
      number++;
      await this.#database.write((sql) => transfer.importFact(sql, line, number));
    }
  }

  check({ deep }: CheckOptions) {
    const { path } = this.#database;
    return lookAtDatabase(path, (sql) => [checkPages(sql, path, deep)]);
  }
}

import type { LocalDatabase } from "./database.ts";
import * as facts from "./sql/facts.ts";
import * as leases from "./sql/leases.ts";
import * as transfer from "./sql/transfer.ts";
import type {
  AttemptCommit,
  Digest,
  EffectRecord,
  Json,
  Lease,
  MetadataStore,
  OutputQuery,
  ArtifactQuery,
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
    return this.#database.write((sql) => facts.insertRun(sql, run, plan));
  }

  append(events: readonly RunEvent[]) {
    return this.#database.writeSoon((sql) => facts.insertEvents(sql, events));
  }

  commitAttempt(commit: AttemptCommit) {
    return this.#database.write((sql) => facts.commitAttempt(sql, commit));
  }

  putEffect(effect: EffectRecord) {
    return this.#database.write((sql) => facts.putEffect(sql, effect));
  }

  settleEffect(key: string, done: Json) {
    return this.#database.write((sql) => facts.settleEffect(sql, key, done));
  }

  async getEffect(key: string) {
    return facts.effect(this.#database.sql, key);
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
    return facts.run(this.#database.sql, id);
  }

  async listRuns(query: RunQuery = {}) {
    return facts.runs(this.#database.sql, query);
  }

  async getPlan(digest: Digest) {
    return facts.plan(this.#database.sql, digest);
  }

  async events(run: string) {
    return facts.events(this.#database.sql, run);
  }

  async attempts(run: string) {
    return facts.attempts(this.#database.sql, run);
  }

  async inputs(attempt: string) {
    return facts.inputs(this.#database.sql, attempt);
  }

  async outputs(query: OutputQuery) {
    return facts.outputs(this.#database.sql, query);
  }

  async getArtifact(digest: Digest) {
    return facts.artifact(this.#database.sql, digest);
  }

  async listArtifacts(query: ArtifactQuery = {}) {
    return facts.artifacts(this.#database.sql, query);
  }

  async namedArtifacts(name?: string, page: PageRequest = {}) {
    return facts.namedArtifacts(this.#database.sql, name, page);
  }

  deleteRun(id: string) {
    return this.#database.write((sql) => facts.deleteRun(sql, id));
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
}

import type { Digest } from "../digest.ts";
import type { Json } from "../json.ts";
import type { Plan } from "../pipeline/plan.ts";
import type { ProcessIdentity } from "../platform.ts";
import type { Page, PageRequest } from "./common.ts";
import type { Checkable } from "./health.ts";
import type {
  ArtifactRecord,
  AttemptRecord,
  ChangeRecord,
  EffectRecord,
  InputRecord,
  Lease,
  ModelUse,
  NamedArtifact,
  OutputRecord,
  RunEvent,
  RunRecord,
  RunStatus,
  RunView,
} from "./records.ts";

/** All that ends an attempt. It is stored whole or not at all. */
export interface AttemptCommit {
  readonly attempt: AttemptRecord;
  /** Scope of the lease whose fence the attempt carries. */
  readonly scope: string;
  readonly events: readonly RunEvent[];
  readonly artifacts: readonly ArtifactRecord[];
  readonly outputs: readonly OutputRecord[];
  readonly inputs: readonly InputRecord[];
}

export interface RunQuery extends PageRequest {
  readonly pipeline?: string;
  readonly status?: RunStatus;
  /** Ids that start so. */
  readonly idPrefix?: string;
  /** The exact name. */
  readonly name?: string;
}

export interface OutputQuery extends PageRequest {
  readonly run?: string;
  readonly instance?: string;
  readonly digest?: Digest;
}

export interface ArtifactQuery extends PageRequest {
  readonly type?: string;
  /** Hexadecimal digits that the digest starts with, without `sha256:`. */
  readonly digestPrefix?: string;
}

export interface ModelUseQuery extends PageRequest {
  readonly model?: string;
  readonly version?: string;
}

export interface ChangeQuery extends PageRequest {
  readonly registry: string;
  readonly model: string;
}

/**
 * Keeps the facts about runs. Every method is a whole intention and stores all of it or nothing; when it returns, the facts are durable,
 * but for {@link MetadataStore.append} and {@link MetadataStore.recordModelUse}. Writing a fact again is fine; another fact under the same key is refused as FACT_CONFLICT.
 */
export interface MetadataStore extends Checkable {
  /** @throws StackError FACT_CONFLICT */
  createRun(run: RunRecord, plan: Plan): Promise<void>;
  /**
   * Adds events. Other processes see them at once and a kill of this process does not lose them; a power cut may, until the next
   * method of this store returns.
   */
  append(events: readonly RunEvent[]): Promise<void>;
  /**
   * Ends an attempt: its record, events, artifacts, outputs and inputs. Named outputs get their version here (a number is
   * never given twice, not after a deletion either); versions count content, so
   * that the same again makes none. An artifact that is stored already stays as it was described first.
   *
   * @throws StackError FENCE_LOST when a newer holder has the run or the instance, or the instance is done already
   */
  commitAttempt(commit: AttemptCommit): Promise<void>;

  /** Adds a fact as {@link MetadataStore.append} does. @throws StackError FACT_CONFLICT */
  recordModelUse(use: ModelUse): Promise<void>;
  /** Newest first. */
  modelUses(query?: ModelUseQuery): Promise<Page<ModelUse>>;

  /**
   * Adds changes to models of registries that keep no history, all of them or none.
   *
   * @throws StackError FACT_CONFLICT when the number of one is taken, which is how two writers notice each other
   */
  recordChanges(changes: readonly ChangeRecord[]): Promise<void>;
  /** The changes under a model's name, by number. */
  changes(query: ChangeQuery): Promise<Page<ChangeRecord>>;

  /** Writes an intent and returns what is stored under the key, which is an earlier intent if there was one. */
  putEffect(effect: EffectRecord): Promise<EffectRecord>;
  /** Says how the outside calls what was made. */
  settleEffect(key: string, done: Json): Promise<void>;
  getEffect(key: string): Promise<EffectRecord | undefined>;

  /**
   * Takes the right to write to a scope. A lease on a run also holds its instances, and a lease on an instance also holds the run.
   * A lease no longer counts when its process has died; of a process on another machine, of which that cannot be known, when it has
   * expired. Each later lease on a run or its instances has a higher fence.
   *
   * @throws StackError RUN_HELD naming the holder
   */
  acquireLease(scope: string, holder: ProcessIdentity, seconds: number): Promise<Lease>;
  /** @throws StackError FENCE_LOST when somebody else has taken it, or a part of it, since */
  renewLease(lease: Lease, seconds: number): Promise<Lease>;
  releaseLease(lease: Lease): Promise<void>;

  /** @throws StackError RUN_NOT_FOUND */
  getRun(id: string): Promise<RunView>;
  /** Newest first. A run that has not finished and that nobody holds any more is `interrupted`. */
  listRuns(query?: RunQuery): Promise<Page<RunView>>;
  /** @throws StackError ARTIFACT_NOT_FOUND */
  getPlan(digest: Digest): Promise<Plan>;
  /** By writer and its order. */
  events(run: string): Promise<readonly RunEvent[]>;
  /** Oldest first. */
  attempts(run: string): Promise<readonly AttemptRecord[]>;
  inputs(attempt: string): Promise<readonly InputRecord[]>;
  outputs(query: OutputQuery): Promise<Page<OutputRecord>>;
  /** @throws StackError ARTIFACT_NOT_FOUND */
  getArtifact(digest: Digest): Promise<ArtifactRecord>;
  /** Newest first, without the inline content. */
  listArtifacts(query?: ArtifactQuery): Promise<Page<Omit<ArtifactRecord, "inline">>>;
  /** The versions of one name, highest first, or of all, newest first. */
  namedArtifacts(name?: string, page?: PageRequest): Promise<Page<NamedArtifact>>;
  /**
   * Forgets a run and the artifacts that no other run has produced or used, and returns those, so that their content can be removed.
   *
   * @throws StackError RUN_NOT_FOUND, RUN_HELD
   */
  deleteRun(id: string): Promise<readonly ArtifactRecord[]>;

  /** Every fact as a line of JSON, each after those it refers to. */
  export(): AsyncIterable<string>;
  /**
   * Takes lines of an export, one by one; facts that are there already stay.
   *
   * @throws StackError FACT_CONFLICT naming the line that is refused; those before it were taken
   */
  import(lines: AsyncIterable<string>): Promise<void>;
}

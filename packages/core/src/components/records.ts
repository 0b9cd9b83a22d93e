import type { Digest } from "../digest.ts";
import type { Json } from "../json.ts";
import type { RegistryChange } from "./model-registry.ts";
import type { Plan } from "../pipeline/plan.ts";
import type { ProcessIdentity } from "../platform.ts";

// The facts that a metadata store holds. All are immutable; ids are made by whoever writes them. Times are ISO 8601 in UTC.

/** One execution of a plan. */
export interface RunRecord {
  /** UUID version 7, so that ids sort by time. */
  readonly id: string;
  readonly name: string;
  readonly pipeline: string;
  readonly plan: Digest;
  readonly stack: string;
  /** Over the stack's configuration without secrets. */
  readonly stackDigest: Digest;
  readonly resumedFrom?: string;
  readonly trigger: "command" | "code";
  readonly user: string;
  readonly commit?: string;
  readonly dirty?: boolean;
  /** Secrets masked. */
  readonly command: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

export type RunStatus = "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
export type AttemptStatus = "succeeded" | "failed" | "cancelled";

/** Why something failed, as it is stored and shown. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** The first line of the trace that lies in the user's own code: `train.ts:12:5`. */
  readonly at?: string;
  readonly stack?: string;
}

/** What a reference was found to mean when a run began, or when a body first used it. It stays so for the whole run. */
export interface ResolvedReference extends ModelOrigin {
  /** Left out of a version that another program registered: it is known once it was fetched. */
  readonly digest?: Digest;
}

/** What happened, without who wrote it and when. Events of different instances may arrive in any order. */
export type RunEventBody =
  | { readonly kind: "run-started"; readonly trackedRun?: string }
  | { readonly kind: "references-resolved"; readonly references: readonly ResolvedReference[] }
  | { readonly kind: "cancel-requested"; readonly reason: string }
  | { readonly kind: "run-finished"; readonly status: "succeeded" | "failed" | "cancelled"; readonly cause?: string }
  | { readonly kind: "attempt-started"; readonly instance: string; readonly attempt: string }
  | {
      readonly kind: "attempt-finished";
      readonly instance: string;
      readonly attempt: string;
      readonly status: AttemptStatus;
    }
  | { readonly kind: "instance-skipped"; readonly instance: string; readonly because: string };

/** An event, in the order of its writer. There is no order between writers but that of time. */
export type RunEvent = RunEventBody & {
  readonly run: string;
  readonly writer: string;
  readonly seq: number;
  readonly at: string;
};

/** One try of an instance. */
export interface AttemptRecord {
  readonly id: string;
  readonly run: string;
  readonly instance: string;
  readonly fence: number;
  readonly worker: ProcessIdentity;
  readonly status: AttemptStatus;
  readonly error?: ErrorRecord;
  /** The log's path inside the state folder, once something was logged. */
  readonly log?: string;
  readonly usage: { readonly startedAt: string; readonly endedAt: string; readonly milliseconds: number };
  readonly trackedRun?: string;
  /** Why the instance was executed or not; all are executed so far. */
  readonly cache: "off";
}

/** Stored content. A directory's content is the canonical JSON of its listing. */
export interface ArtifactRecord {
  readonly digest: Digest;
  /** In bytes; of a directory, the sum of its files. */
  readonly size: number;
  /** The artifact type's kind. */
  readonly type: string;
  readonly form: "bytes" | "file" | "directory";
  /** The content itself, when it is at most 64 KiB; otherwise it is in the artifact store under its digest. */
  readonly inline?: Uint8Array;
  readonly createdAt: string;
}

/** That an instance produced an artifact. */
export interface OutputRecord {
  readonly run: string;
  readonly instance: string;
  readonly name: string;
  /** Place in a mapped output; 0 otherwise. */
  readonly index: number;
  readonly digest: Digest;
  /** What a copy of it is called: the file's or folder's own last name, else the output's with the extension of its type. */
  readonly fileName?: string;
  /** For a named output: the name, under which the store counts versions. */
  readonly artifactName?: string;
}

/** An output of an instance, as the origin of what another one received. */
export interface OutputOrigin {
  readonly run: string;
  readonly instance: string;
  readonly output: string;
}

/** A model version, as the origin of what an instance received. */
export interface ModelOrigin {
  readonly model: string;
  readonly version: string;
  /** The stack whose registry has it. */
  readonly stack: string;
  /** The reference as it was written: `models:/penguins@champion`. */
  readonly uri: string;
}

/** That an attempt received an artifact or a model: with outputs, the lineage. */
export interface InputRecord {
  readonly attempt: string;
  /** The input's name; of a model that the body loaded itself, the reference. */
  readonly name: string;
  /** The artifact's, or the model's. */
  readonly digest: Digest;
  readonly from: OutputOrigin | ModelOrigin;
}

/** That somebody loaded a model version. It stays when its run is deleted: it says who relies on the model. */
export interface ModelUse extends ModelOrigin {
  /** UUID version 7. */
  readonly id: string;
  readonly at: string;
  readonly user: string;
  /** Secrets masked. */
  readonly command: string;
  readonly digest: Digest;
  /** The pipeline run and the instance that loaded it. */
  readonly run?: string;
  readonly instance?: string;
}

/** An intended change to something outside, written before it is made, so that doing it again can look whether it was made. */
export interface EffectRecord {
  /** `run/instance/name` */
  readonly key: string;
  readonly intent: Json;
  readonly createdAt: string;
  /** Set when it is known to have been made: how the outside calls it. */
  readonly done?: Json;
}

/** A change to a model of a registry that keeps no history of its own. */
export interface ChangeRecord {
  /** The registry's flavor, and its address if it has one. */
  readonly registry: string;
  /** The name that the model had. */
  readonly model: string;
  /** Counts the changes under this name from 1. */
  readonly number: number;
  /** UUID version 7. */
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly reason?: string;
  readonly run?: string;
  readonly version?: string;
  readonly kind: RegistryChange["kind"];
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  /** Of a model that was renamed to this name: its last change under the other. */
  readonly continues?: { readonly model: string; readonly number: number };
}

/** The right to write to a scope, until it expires. A later holder has a higher fence. */
export interface Lease {
  /** `run/<id>` for a whole run, `run/<id>/<instance>` for one instance. */
  readonly scope: string;
  readonly holder: ProcessIdentity;
  readonly fence: number;
  readonly expiresAt: string;
}

/** A run with what follows from its events. */
export interface RunView extends RunRecord {
  readonly status: RunStatus;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly trackedRun?: string;
  /** The instance whose failure came first. */
  readonly cause?: string;
}

/** A version of a named output. */
export interface NamedArtifact {
  readonly name: string;
  readonly version: number;
  readonly digest: Digest;
  /** The output that stored this content under this name first. */
  readonly from: { readonly run: string; readonly instance: string; readonly output: string };
  readonly createdAt: string;
}

/** A fact as one line of an export. */
export type FactLine =
  | { readonly fact: "plan"; readonly digest: Digest; readonly plan: Plan }
  | { readonly fact: "run"; readonly run: RunRecord }
  | { readonly fact: "event"; readonly event: RunEvent }
  | { readonly fact: "attempt"; readonly attempt: AttemptRecord }
  | { readonly fact: "artifact"; readonly artifact: Omit<ArtifactRecord, "inline"> & { readonly inline?: string } }
  | { readonly fact: "output"; readonly output: OutputRecord }
  | { readonly fact: "input"; readonly input: InputRecord }
  | { readonly fact: "use"; readonly use: ModelUse }
  | { readonly fact: "change"; readonly change: ChangeRecord }
  | { readonly fact: "effect"; readonly effect: EffectRecord }
  | { readonly fact: "named"; readonly named: NamedArtifact };

import type { VersionBump } from "../../components/model-registry.ts";
import type { Place } from "../../components/model-uri.ts";

/**
 * The finished results of a training, to be registered without a pipeline. Files are looked for in `folder`, then in the working folder.
 * What `meta` says is overruled by what is given here.
 */
export interface ModelUpload {
  readonly name: string;
  /** The model: a folder, or one file. All that is in the folder is part of it. */
  readonly folder: string;
  /** Where the version goes in place of what stack.yaml says: `{ project: "group/name" }`. */
  readonly place?: Place | undefined;
  readonly version?: string | undefined;
  readonly bump?: VersionBump | undefined;
  /** A file with the parameters: JSON, YAML, or CSV with names and values; `train.meta.json:hyperparameters` takes a part of it alone. */
  readonly params?: string | undefined;
  /** A file with metrics, likewise: `evaluation.json:test`. */
  readonly metrics?: string | undefined;
  /** Files with tables: those in JSON and CSV are kept as tables, all others as texts. */
  readonly tables?: readonly string[] | undefined;
  /** Files with figures: PNG, SVG, PDF, JPEG or HTML. */
  readonly figures?: readonly string[] | undefined;
  /** The training's own account of itself, as JSON or YAML. `upload: keys:` of stack.yaml says where it says what. */
  readonly meta?: string | undefined;
  /** The commit that the training ran from. */
  readonly commit?: string | undefined;
  /** The command line of the training. */
  readonly command?: string | undefined;
  /** When the training ended: a Date, or ISO 8601, in UTC unless a zone is given. */
  readonly generatedAt?: Date | string | undefined;
  /** The data that went in, by name: files or folders, whose digests are kept. `configuration` and `database` are those of the training. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** How much may be sent, in bytes; 0 for no limit. Default: `upload: max_size:` of stack.yaml, else 10 MB. */
  readonly maxSize?: number | undefined;
  /** Refuses an upload of which something is not known. */
  readonly strict?: boolean | undefined;
  /** Refuses a training whose checkout had changes, also where stack.yaml does not. */
  readonly requireClean?: boolean | undefined;
}

/** A file that is sent: of the model, or of the tracked run that the version points to. */
export interface UploadFile {
  readonly part: "model" | "run";
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly digest: string;
}

/** What an upload sends. */
export interface UploadPlan {
  readonly model: string;
  readonly version?: string;
  readonly bump?: VersionBump;
  readonly experiment: string;
  readonly files: readonly UploadFile[];
  /** Of all files together, in bytes. */
  readonly size: number;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  /** What a version should say and this one will not: facts of the training, `params`, `metrics`, or a metric that the tracker cannot keep. */
  readonly missing: readonly string[];
}

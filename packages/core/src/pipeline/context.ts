import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import type { Reference } from "../artifacts/reference.ts";
import type { StepModels } from "../components/step-models.ts";
import type { StepPrograms } from "../components/step-programs.ts";
import type { StepTracker } from "../components/step-tracker.ts";

/** Writes to the log of the attempt, which `stack runs logs` shows, and to the terminal. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What a step's body knows besides its arguments. */
export interface StepContext {
  readonly pipelineName: string;
  /** UUID (version 7) of the pipeline run. */
  readonly runId: string;
  readonly runName: string;
  /** The definition's name: `train`. */
  readonly stepName: string;
  /** The place in the graph: `train`, or `train-big` after `train.named("train-big")`. */
  readonly instance: string;
  /** Aborted when the run is cancelled. Long bodies pass it on or look at it. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** The run in the stack's experiment tracker. Without a tracker its methods do nothing but say so once. */
  readonly tracker: StepTracker;
  /** The stack's model registry, with this run as the author of every change. */
  readonly models: StepModels;
  /** What the programs of a `commandStep` are given. */
  readonly programs: StepPrograms;
  /** Writes a file into the step's own folder, to be returned as an output; without `data`, only names its place. */
  readonly file: (name: string, data?: string | Uint8Array) => FileRef;
  /**
   * The data of a reference, checked against its digest: of a path the very file in place, of `https:` a copy in the step's own folder.
   *
   * @throws StackError FILE_NOT_FOUND, FETCH_FAILED, DIGEST_MISMATCH; UNSUPPORTED for an address that nothing fetches
   */
  readonly fetch: (reference: Reference) => Promise<FileRef>;
  /** Makes an empty folder in the step's own folder, to be filled and returned as an output. */
  readonly folder: (name?: string) => FolderRef;
}

/** What a caller can do about an error. */
export type MlflowErrorKind =
  /** The request is wrong, or the settings are. */
  | "invalid"
  | "not-found"
  | "already-exists"
  | "conflict"
  /** The server does not know the call, or cannot do it as it is set up. */
  | "unsupported"
  | "unauthenticated"
  | "forbidden"
  /** The server is not there, does not answer in time, or what answers is no MLflow. */
  | "unavailable"
  /** The server says that it failed. */
  | "failed";

/** What a server did with a request that ended in an error; it decides whether asking again is safe. */
export type Outcome = "not-done" | "unknown" | "refused";

/** The codes of errors that no MLflow server said. All others are MLflow's own, such as RESOURCE_DOES_NOT_EXIST. */
export type ClientErrorCode =
  | "SETTINGS_INVALID"
  | "REQUEST_INVALID"
  | "CONNECTION_FAILED"
  | "CERTIFICATE_REFUSED"
  | "TIMED_OUT"
  | "RETRY_AFTER_TOO_LONG"
  | "REDIRECTED"
  | "NOT_JSON"
  | "ANSWER_INVALID"
  | "ANSWER_TOO_LARGE"
  | "ANSWER_CUT"
  /** A file of this machine changed while it was sent; the server keeps nothing of it. */
  | "SOURCE_CHANGED"
  | "ARTIFACT_URI_UNSUPPORTED"
  | "ARTIFACT_PATH_INVALID";

export interface MlflowErrorOptions {
  readonly kind: MlflowErrorKind;
  /** What to do next. */
  readonly hint?: string | undefined;
  /** The HTTP status, if there was an answer. */
  readonly status?: number | undefined;
  /** What the server did. Default: `refused`. */
  readonly outcome?: Outcome | undefined;
  /** How long the server wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

const brand = Symbol.for("modelstack.MlflowError");

/**
 * Everything that a client rejects with, but for the reason of an `AbortSignal` that was aborted. Its message names method, address and
 * what the server said, and never a token.
 */
export class MlflowError extends Error {
  override readonly name = "MlflowError";
  /** MLflow's own code (`error_code`), or a {@link ClientErrorCode}. It does not change from version to version. */
  readonly code: string;
  readonly kind: MlflowErrorKind;
  readonly hint: string | undefined;
  readonly status: number | undefined;
  /** Whether the server may have done what was asked: `unknown` means that the answer was lost. */
  readonly outcome: Outcome;
  readonly retryAfterMs: number | undefined;
  readonly [brand] = true;

  constructor(
    code: ClientErrorCode | (string & {}),
    message: string,
    { kind, hint, status, outcome = "refused", retryAfterMs, cause }: MlflowErrorOptions,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = kind;
    this.hint = hint;
    this.status = status;
    this.outcome = outcome;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whether an error is a client's, of any copy of this package, and of the kind if one is given. */
export function isMlflowError(error: unknown, kind?: MlflowErrorKind): error is MlflowError {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return kind === undefined || (error as MlflowError).kind === kind;
}

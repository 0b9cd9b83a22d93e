/**
 * What a caller can do about an error. Every {@link StackError} has one; the command's exit code and, later, an HTTP status follow from it.
 */
export type ErrorKind =
  | "invalid"
  | "not-found"
  | "already-exists"
  | "conflict"
  | "unsupported"
  | "unauthenticated"
  | "forbidden"
  | "unavailable"
  | "integrity"
  | "failed"
  | "cancelled";

/** Every code that core and the built-in command use, and its kind. `docs/errors.md` holds cause and remedy of each. */
export const errorCodes = {
  STACK_FILE_NOT_FOUND: "invalid",
  STACK_FILE_EMPTY: "invalid",
  STACK_FILE_TOO_LARGE: "invalid",
  STACK_FILE_SYNTAX: "invalid",
  STACK_FILE_INVALID: "invalid",
  ENV_MISSING: "invalid",
  STACK_NOT_FOUND: "not-found",
  FLAVOR_UNKNOWN: "invalid",
  FLAVOR_DUPLICATE: "invalid",
  FLAVOR_CONFIG_INVALID: "invalid",
  PLUGIN_NOT_FOUND: "invalid",
  PLUGIN_INVALID: "invalid",
  REGISTRY_FLAVOR_MISMATCH: "invalid",
  REGISTRY_WITHOUT_TRACKER: "invalid",
  REGISTRY_MISSING: "invalid",
  TRACKER_MISSING: "invalid",
  COMPONENT_MISSING: "invalid",
  CORE_LOADED_TWICE: "invalid",
  NODE_TOO_OLD: "invalid",

  PIPELINE_NOT_FOUND: "invalid",
  PIPELINE_FILE_INVALID: "invalid",
  PIPELINE_INVALID: "invalid",
  PLAN_INVALID: "invalid",
  PLAN_CHANGED: "conflict",
  PARAM_INVALID: "invalid",
  RUN_CONFIG_INVALID: "invalid",
  NAME_INVALID: "invalid",
  USAGE: "invalid",
  FILTER_INVALID: "invalid",
  CONFIRMATION_NEEDED: "invalid",
  FILE_NOT_FOUND: "not-found",
  FETCH_FAILED: "unavailable",
  FILE_EXISTS: "already-exists",
  FILE_TOO_LARGE: "invalid",
  FILE_UNWRITABLE: "invalid",

  STEP_FAILED: "failed",
  STEP_EXITED: "failed",
  STEP_TIMED_OUT: "failed",
  COMMAND_INVALID: "invalid",
  PROGRAM_NOT_FOUND: "failed",
  PROGRAM_FAILED: "failed",
  REQUIREMENTS_INVALID: "invalid",
  PYTHON_ENVIRONMENT_FAILED: "failed",
  OUTPUT_MISSING: "failed",
  OUTPUT_INVALID: "failed",
  VALUE_NOT_JSON: "invalid",
  ARTIFACT_INVALID: "invalid",
  RUN_FAILED: "failed",
  RUN_CANCELLED: "cancelled",
  TRANSFER_CANCELLED: "cancelled",
  RUN_HELD: "conflict",
  RUN_IN_USE: "conflict",

  RUN_NOT_FOUND: "not-found",
  INSTANCE_NOT_FOUND: "not-found",
  ARTIFACT_NOT_FOUND: "not-found",
  PROJECT_NOT_FOUND: "not-found",
  EXPERIMENT_NOT_FOUND: "not-found",
  TRACKED_RUN_NOT_FOUND: "not-found",
  MODEL_NOT_FOUND: "not-found",
  MODEL_VERSION_NOT_FOUND: "not-found",
  ALIAS_NOT_FOUND: "not-found",
  AMBIGUOUS: "conflict",
  MODEL_EXISTS: "already-exists",
  MODEL_VERSION_EXISTS: "already-exists",
  EXPERIMENT_EXISTS: "already-exists",
  PARAM_EXISTS: "conflict",
  VERSION_INVALID: "invalid",
  VERSION_REQUIRED: "invalid",
  SIGNATURE_INVALID: "invalid",
  INPUT_EXAMPLE_INVALID: "invalid",
  RESULT_INVALID: "invalid",
  UPLOAD_INCOMPLETE: "invalid",
  UPLOAD_TOO_LARGE: "invalid",
  STAGE_INVALID: "invalid",
  EXPECTATION_FAILED: "conflict",
  STILL_REFERENCED: "conflict",
  CHECKOUT_DIRTY: "conflict",
  FACT_CONFLICT: "conflict",
  FENCE_LOST: "conflict",
  INPUT_NOT_READY: "conflict",
  UNSUPPORTED: "unsupported",

  DIGEST_MISMATCH: "integrity",
  STORE_CORRUPT: "integrity",
  STORE_NEWER: "integrity",
  STORE_UNWRITABLE: "integrity",
  STORE_UNAVAILABLE: "unavailable",

  SERVER_UNAVAILABLE: "unavailable",
  SERVER_REFUSED: "invalid",
  UNAUTHENTICATED: "unauthenticated",
  FORBIDDEN: "forbidden",
} as const satisfies Record<string, ErrorKind>;

/** A code of {@link errorCodes}. Flavors may add codes of their own and then say the kind themselves. */
export type ErrorCode = keyof typeof errorCodes;

/** A place in a file that a person can open. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The text of that line, to be quoted. */
  readonly text?: string;
}

export interface StackErrorOptions {
  /** What to do next, in one sentence or a few lines that can be pasted. */
  readonly hint?: string;
  readonly location?: SourceLocation;
  readonly cause?: unknown;
}

const BRAND = Symbol.for("@modelstack/error");

/**
 * The one error class of the project: a stable code, a message for people, and a hint that says what to do next.
 * Use {@link isStackError} rather than `instanceof`: a plugin may have been built against another copy.
 */
export class StackError extends Error {
  readonly [BRAND] = true;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;

  constructor(
    code: ErrorCode | { readonly code: string; readonly kind: ErrorKind },
    message: string,
    options: StackErrorOptions = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "StackError";
    this.code = typeof code === "string" ? code : code.code;
    this.kind = typeof code === "string" ? errorCodes[code] : code.kind;
    this.hint = options.hint;
    this.location = options.location;
  }
}

/** Whether `error` is a {@link StackError}, and if `kind` is given, one of that kind. */
export function isStackError(error: unknown, kind?: ErrorKind): error is StackError {
  return error instanceof Error && BRAND in error && (kind === undefined || (error as StackError).kind === kind);
}

const exits: Record<ErrorKind, number> = {
  failed: 1,
  invalid: 2,
  unsupported: 2,
  "not-found": 3,
  unauthenticated: 4,
  forbidden: 4,
  "already-exists": 5,
  conflict: 5,
  unavailable: 6,
  integrity: 7,
  cancelled: 130,
};

/** The exit code that the command gives for an error of this kind. */
export function exitCodeOf(kind: ErrorKind): number {
  return exits[kind];
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { errorAnswer } from "./protocol/errors.ts";
import { MlflowError, type MlflowErrorKind, type Outcome } from "./errors.ts";

/** An answer that is no success. */
export interface BadAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly retryAfter: string | undefined;
  /** `POST https://host/path`. */
  readonly what: string;
}

const kinds: Readonly<Record<string, MlflowErrorKind>> = {
  RESOURCE_DOES_NOT_EXIST: "not-found",
  NOT_FOUND: "not-found",
  ENDPOINT_NOT_FOUND: "unsupported",
  NOT_IMPLEMENTED: "unsupported",
  RESOURCE_ALREADY_EXISTS: "already-exists",
  ALREADY_EXISTS: "already-exists",
  RESOURCE_CONFLICT: "conflict",
  ABORTED: "conflict",
  UNAUTHENTICATED: "unauthenticated",
  CUSTOMER_UNAUTHORIZED: "unauthenticated",
  PERMISSION_DENIED: "forbidden",
  TEMPORARILY_UNAVAILABLE: "unavailable",
  DEADLINE_EXCEEDED: "unavailable",
  REQUEST_LIMIT_EXCEEDED: "unavailable",
  RESOURCE_EXHAUSTED: "unavailable",
};

/** What a status means when the answer says no error code, as those of proxies and web frameworks. */
const statusCodes: Readonly<Record<number, string>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "ENDPOINT_NOT_FOUND",
  405: "ENDPOINT_NOT_FOUND",
  408: "DEADLINE_EXCEEDED",
  409: "RESOURCE_CONFLICT",
  429: "REQUEST_LIMIT_EXCEEDED",
  501: "NOT_IMPLEMENTED",
  502: "TEMPORARILY_UNAVAILABLE",
  503: "TEMPORARILY_UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

/** What SQLAlchemy says when too many use the server's database at once; MLflow passes it on as 400. */
const noConnectionLeft = /QueuePool limit of size \d+ overflow/;

const hints: Readonly<Record<string, string>> = {
  UNAUTHENTICATED:
    "Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or check that what is set there is still valid.",
  PERMISSION_DENIED:
    "The server knows who asks and does not allow it; MLFLOW_TRACKING_TOKEN or MLFLOW_TRACKING_USERNAME says who that is.",
  ENDPOINT_NOT_FOUND:
    "Either the server is too old for this, or the tracking URI (MLFLOW_TRACKING_URI) does not lead to MLflow: it ends before /api/2.0/mlflow, as in https://gitlab.example.org/api/v4/projects/1/ml/mlflow.",
};

/** The typed error of an answer, whoever wrote it: MLflow, a proxy before it, a login page. */
export function errorOfAnswer({ status, contentType, text, retryAfter, what }: BadAnswer): MlflowError {
  const { code, message } = codeAndMessage(status, contentType, text);
  const busy = noConnectionLeft.test(message);
  return new MlflowError(code, `${what}: ${status} ${code}: ${message}`, {
    kind: busy ? "unavailable" : (kinds[code] ?? (status < 500 ? "invalid" : "failed")),
    status,
    hint: hints[code],
    outcome: busy ? "unknown" : outcomeOf(status),
    retryAfterMs: retryAfter === undefined ? undefined : waitOf(retryAfter),
  });
}

function codeAndMessage(status: number, contentType: string, text: string): { code: string; message: string } {
  const code = statusCodes[status] ?? (status < 500 ? "BAD_REQUEST" : "INTERNAL_ERROR");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { code, message: text === "" ? "(no text)" : `${excerpt(text)} (${contentType || "no content type"})` };
  }
  const known = errorAnswer.safeParse(body);
  if (known.success) return { code: known.data.error_code, message: known.data.message };
  // GitLab: { "error": "…" } or { "message": "…" }
  const { message, error } = (body ?? {}) as { message?: unknown; error?: unknown };
  return { code, message: excerpt(JSON.stringify(message ?? error ?? body)) };
}

/** What a server did that answers with a status. MLflow retries the same. Of 429 it is known that nothing was done. */
export function outcomeOf(status: number): Outcome {
  if (status === 429) return "not-done";
  return status === 408 || status === 500 || status === 502 || status === 503 || status === 504 ? "unknown" : "refused";
}

/** What Retry-After says, seconds or a date, in milliseconds. */
export function waitOf(retryAfter: string): number | undefined {
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** The beginning of a text, in one line, without tags. */
export function excerpt(text: string, length = 80): string {
  const line = text
    .replaceAll(/<style[^]*?<\/style>|<script[^]*?<\/script>|<[^>]*>/gi, " ")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}

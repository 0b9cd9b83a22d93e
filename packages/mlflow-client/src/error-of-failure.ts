import { MlflowError } from "./errors.ts";

const notSent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;
/** Nobody waits for it any more: it is not tried again. */
const closed = /^UND_ERR_(DESTROYED|CLOSED)$/;
const timedOut = /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/;
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;

/** The typed error of a request that got no answer, or half of one. `what` names method and address. */
export function errorOfFailure(cause: unknown, what: string): MlflowError {
  const { code = "" } = cause as NodeJS.ErrnoException;
  const why = messageOf(cause);
  if (certificate.test(code)) {
    return new MlflowError("CERTIFICATE_REFUSED", `${what}: the server's certificate is not trusted: ${why}`, {
      kind: "unavailable",
      hint: "Name the file with the certificate of its authority: caFile, or MLFLOW_TRACKING_SERVER_CERT_PATH.",
      cause,
    });
  }
  if (closed.test(code)) {
    return new MlflowError("CONNECTION_FAILED", `${what}: the client was closed`, { kind: "unavailable", cause });
  }
  if (notSent.test(code)) {
    return new MlflowError("CONNECTION_FAILED", `${what}: no connection: ${why}`, {
      kind: "unavailable",
      outcome: "not-done",
      hint: "Is the server running, and is the tracking URI (MLFLOW_TRACKING_URI) right?",
      cause,
    });
  }
  if (timedOut.test(code)) {
    return new MlflowError("TIMED_OUT", `${what}: the server said nothing for too long`, {
      kind: "unavailable",
      outcome: "unknown",
      hint: "timeoutMs, or MLFLOW_HTTP_REQUEST_TIMEOUT in seconds, says how long it may.",
      cause,
    });
  }
  return new MlflowError("ANSWER_CUT", `${what}: the connection broke before the answer was whole: ${why}`, {
    kind: "unavailable",
    outcome: "unknown",
    cause,
  });
}

function messageOf(cause: unknown): string {
  // Of a host with several addresses: one error for each, and no message of its own.
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join(", ");
  return cause instanceof Error ? cause.message : String(cause);
}

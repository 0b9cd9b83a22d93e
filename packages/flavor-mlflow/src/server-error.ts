import { StackError, type ErrorCode } from "@modelstack/core/stack";
import { isMlflowError, type MlflowError } from "@modelstack/mlflow-client";

const hints: Partial<Readonly<Record<string, string>>> = {
  UNAUTHENTICATED:
    "Set token: ${env:MLFLOW_TRACKING_TOKEN}, or username: with password: ${env:MLFLOW_TRACKING_PASSWORD}, of the experiment tracker in stack.yaml, and check what these variables hold.",
  CUSTOMER_UNAUTHORIZED:
    "Check what the variables hold that token: or password: of the experiment tracker in stack.yaml name.",
  PERMISSION_DENIED:
    "The server knows who asks by token: or username: of the experiment tracker in stack.yaml, and does not allow it.",
  ENDPOINT_NOT_FOUND:
    "tracking_uri: of the experiment tracker in stack.yaml does not lead to MLflow: it ends before /api/2.0/mlflow.",
  CONNECTION_FAILED: "Is the server running, and is tracking_uri: of the experiment tracker in stack.yaml right?",
  CERTIFICATE_REFUSED:
    "Name the file with the certificate of its authority as ca_file: of the experiment tracker in stack.yaml.",
  REDIRECTED: "Write as tracking_uri: where the server itself is; a redirect may also lead to a login page.",
  NOT_JSON: "A login page or a proxy may stand before MLflow, or tracking_uri: in stack.yaml leads elsewhere.",
  SETTINGS_INVALID: "Mend it at the experiment tracker in stack.yaml.",
  TIMED_OUT: "The server is overloaded, or something between it and this machine holds the answer back.",
};

const codes: Readonly<Record<MlflowError["kind"], ErrorCode>> = {
  invalid: "SERVER_REFUSED",
  "not-found": "SERVER_REFUSED",
  "already-exists": "SERVER_REFUSED",
  conflict: "SERVER_REFUSED",
  unsupported: "UNSUPPORTED",
  unauthenticated: "UNAUTHENTICATED",
  forbidden: "FORBIDDEN",
  unavailable: "SERVER_UNAVAILABLE",
  failed: "SERVER_UNAVAILABLE",
};

/** An error of the client as one of ours; any other as it is. */
export function stackErrorOf(error: unknown, url: string): unknown {
  if (!isMlflowError(error)) return error;
  const { code, kind, message, hint = `Look at the log of the server at ${url}.` } = error;
  if (code === "SOURCE_CHANGED")
    return new StackError("DIGEST_MISMATCH", `${message}; it is not kept.`, { hint, cause: error });
  // All that a tracker and a registry call is there since MLflow 2; what is newer is asked for before.
  const known: ErrorCode = code === "ENDPOINT_NOT_FOUND" ? "SERVER_UNAVAILABLE" : codes[kind];
  return new StackError(known, `MLflow: ${message.replace(/\.$/, "")}.`, { hint: hints[code] ?? hint, cause: error });
}

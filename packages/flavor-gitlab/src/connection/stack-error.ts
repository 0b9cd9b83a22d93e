import { isStackError, StackError, type ErrorCode } from "@modelstack/core/stack";
import { isMlflowError, type CallOptions, type MlflowError } from "@modelstack/mlflow-client/http";
import type { Connected } from "./gitlab-project.ts";
import { notFound } from "./find-project.ts";

/** A look at what a refusal means must not take longer than the call itself. */
const SOON: CallOptions = { retries: 0, deadlineMs: 10_000 };

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

/** What says more than its kind. */
const ofCode: Partial<Readonly<Record<string, ErrorCode>>> = {
  ROUTE_NOT_FOUND: "UNSUPPORTED",
  FILE_TOO_LARGE: "FILE_TOO_LARGE",
};

const hints: Readonly<Record<string, string>> = {
  ROUTE_NOT_FOUND: "This GitLab is too old for it, or url: of the experiment tracker in stack.yaml leads elsewhere.",
  NOT_GITLAB: "What answers there is no GitLab: look at url: of the experiment tracker in stack.yaml.",
  NOT_JSON:
    "A login page or a proxy may stand before GitLab, or url: of the experiment tracker in stack.yaml leads elsewhere.",
  REDIRECTED:
    "Write as url: of the experiment tracker in stack.yaml where GitLab itself is; a redirect may also lead to a login page.",
  CONNECTION_FAILED: "Is GitLab running, and is url: of the experiment tracker in stack.yaml right?",
  CERTIFICATE_REFUSED:
    "Name the file with the certificate of its authority as ca_file: of the experiment tracker in stack.yaml, or ssl_verify of python-gitlab's configuration.",
  SETTINGS_INVALID: "Mend it at the experiment tracker in stack.yaml.",
  TIMED_OUT: "GitLab is overloaded, or something between it and this machine holds the answer back.",
  ANSWER_TOO_LARGE: "GitLab gives a run with every point of its metrics: log fewer of them.",
  FAILED: "GitLab fails, or is being maintained: try again later, or ask its administrator.",
  RATE_LIMITED: "GitLab takes no more requests for now: try again later, or ask its administrator for a higher limit.",
  FILE_TOO_LARGE:
    "Keep such a file elsewhere and log its address, or ask GitLab's administrator for a higher limit of machine learning model packages.",
};

/**
 * An error of the client as one of ours; any other as it is. GitLab says several things in the same words: what is meant is then asked for.
 */
export async function stackErrorOf(error: unknown, connected: Connected): Promise<unknown> {
  if (!isMlflowError(error) || isStackError(error)) return error;
  const { url, project, tokenFrom = "none" } = connected.settings;
  const refused = (code: ErrorCode, message: string, hint: string) =>
    new StackError(code, message, { hint, cause: error });
  switch (error.code) {
    case "SOURCE_CHANGED":
      return new StackError("DIGEST_MISMATCH", `${error.message}; it is not kept.`, {
        hint: "Log it once nothing writes to it any more.",
        cause: error,
      });
    case "TOKEN_EXPIRED":
      return refused(
        "UNAUTHENTICATED",
        `The token for ${url} has expired; it is from ${tokenFrom}.`,
        "Make another one with the scope api, and set it in its place.",
      );
    case "TOKEN_REVOKED":
      return refused(
        "UNAUTHENTICATED",
        `The token for ${url} was revoked; it is from ${tokenFrom}.`,
        "Make another one with the scope api, and set it in its place.",
      );
    case "SCOPE_TOO_SMALL":
      return refused(
        "FORBIDDEN",
        `The token for ${url}, from ${tokenFrom}, has not the scope that this needs.`,
        "Make one with the scope api: read_api does for a part of what is read, and for nothing that is written.",
      );
    case "PROJECT_NOT_FOUND":
      return notFound(project, url, error);
    case "UNAUTHORIZED":
      return unauthorized(error, connected, refused);
    case "FEATURE_OFF":
      return featureOff(error, connected, refused);
    default:
      return refused(
        ofCode[error.code] ?? codes[error.kind],
        `GitLab: ${error.message.replace(/\.$/, "")}.`,
        hints[error.code] ?? error.hint ?? `The project is ${project} on ${url}.`,
      );
  }
}

type Refuse = (code: ErrorCode, message: string, hint: string) => StackError;

/** A token that is not known, or one that may only read: it is known if it may ask whose it is. */
async function unauthorized({ message }: MlflowError, { client, settings }: Connected, refused: Refuse) {
  const { url, project, tokenFrom = "none" } = settings;
  const user = await client.instance.user(SOON).catch(() => undefined);
  if (user === undefined) {
    return refused(
      "UNAUTHENTICATED",
      `${url} does not know the token, which is from ${tokenFrom}.`,
      "Copy it again, or make another one with the scope api. A deploy token, or the token of a job, does not do.",
    );
  }
  return refused(
    "FORBIDDEN",
    `${user.username} may read the project ${project} on ${url} and not write to it: ${message.replace(/\.$/, "")}.`,
    "Have the token's user made a Developer of the project: Manage > Members; of a project access token the role is chosen when it is made.",
  );
}

async function featureOff({ message }: MlflowError, { client, settings, found }: Connected, refused: Refuse) {
  const { project, url } = settings;
  const settingsOfProject = await found()
    .then(({ id }) => client.instance.project(id, SOON))
    .catch(() => undefined);
  const off = [
    ["model experiments", settingsOfProject?.model_experiments_access_level],
    ["model registry", settingsOfProject?.model_registry_access_level],
  ].flatMap(([feature, level]) => (level === "disabled" ? [feature] : []));
  if (off.length > 0) {
    return refused(
      "UNSUPPORTED",
      `The project ${project} on ${url} has its ${off.join(" and ")} switched off.`,
      "Switch them on: Settings > General > Visibility, project features, permissions.",
    );
  }
  return refused(
    "FORBIDDEN",
    `The token's user may not look at the experiments and models of ${project} on ${url}, or they are switched off: ${message.replace(/\.$/, "")}.`,
    "Have the user made a member of the project, or switch on model experiments and model registry: Settings > General > Visibility, project features, permissions.",
  );
}

import {
  excerpt,
  MlflowError,
  outcomeOf,
  waitOf,
  type BadAnswer,
  type MlflowErrorKind,
} from "@modelstack/mlflow-client/http";
import { z } from "zod";

/** What GitLab says in its answers that are no success: each part of it writes them in a form of its own. */
const body = z.object({
  /** Of the calls that are MLflow's: `RESOURCE_DOES_NOT_EXIST`. */
  error_code: z.string().optional().catch(undefined),
  /** A text; a list of texts where several rules are broken. */
  message: z.unknown().optional(),
  /** `insufficient_scope`, `invalid_token`, or what is wrong with a parameter. */
  error: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  /** Of GraphQL. */
  errors: z
    .array(z.object({ message: z.string() }))
    .optional()
    .catch(undefined),
});

type Body = z.output<typeof body>;

/** What GitLab refuses with, as far as callers tell it apart. Its own codes, such as RESOURCE_DOES_NOT_EXIST, come as they are. */
export type GitLabCode =
  /** The token is not known, none was sent, or whoever asks may read and not write: GitLab says the same. */
  | "UNAUTHORIZED"
  | "TOKEN_EXPIRED"
  | "TOKEN_REVOKED"
  | "SCOPE_TOO_SMALL"
  | "FORBIDDEN"
  /** There is no such project, or whoever asks is no member of it. */
  | "PROJECT_NOT_FOUND"
  /** The project has no experiments or models, or whoever asks may not look at them. */
  | "FEATURE_OFF"
  | "ROUTE_NOT_FOUND"
  | "NOT_GITLAB"
  | "FILE_NOT_FOUND"
  | "FILE_TOO_LARGE"
  | "RATE_LIMITED"
  | "FAILED"
  | "REFUSED";

type Found = readonly [code: GitLabCode | (string & {}), kind: MlflowErrorKind];

const mlflowKinds: Readonly<Record<string, MlflowErrorKind>> = {
  RESOURCE_DOES_NOT_EXIST: "not-found",
  RESOURCE_ALREADY_EXISTS: "already-exists",
};

/** The typed error of an answer of GitLab's, or of what stands before it. */
export function errorOfAnswer(answer: BadAnswer): MlflowError {
  const { status, what, retryAfter } = answer;
  const read = bodyOf(answer.text);
  const [code, kind] = read === undefined ? withoutBody(answer) : withBody(answer, read);
  const message = read === undefined ? shown(answer) : messageOf(read);
  return new MlflowError(code, `${what}: ${status}${message === "" ? ` ${code}` : `: ${message}`}`, {
    kind,
    status,
    outcome: outcomeOf(status),
    retryAfterMs: retryAfter === undefined ? undefined : waitOf(retryAfter),
  });
}

function bodyOf(text: string): Body | undefined {
  try {
    return body.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** All that was said, in one line: lists are what several rules say. */
function messageOf({ message, error, error_description, errors, error_code }: Body): string {
  const said = [message, error_description ?? error, errors?.map((one) => one.message)].flat(2);
  const texts = said.filter((one) => one !== undefined && one !== null);
  const line = texts.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("; ");
  return excerpt(line === "" ? (error_code ?? "") : line, 400);
}

function shown({ text, contentType }: BadAnswer): string {
  return text === "" ? "(no text)" : `${excerpt(text)} (${contentType || "no content type"})`;
}

/** A proxy, a login page, or GitLab's own page for people. */
function withoutBody({ status }: BadAnswer): Found {
  if (status === 401) return ["UNAUTHORIZED", "unauthenticated"];
  if (status === 403) return ["FORBIDDEN", "forbidden"];
  return ofStatus(status) ?? ["NOT_GITLAB", "unavailable"];
}

function withBody({ status, what }: BadAnswer, { error_code, error, error_description, message }: Body): Found {
  if (error_code !== undefined) return [error_code, mlflowKinds[error_code] ?? "invalid"];
  const said = typeof message === "string" ? message : "";
  switch (status) {
    case 400:
      return /too large/i.test(said) ? ["FILE_TOO_LARGE", "invalid"] : ["REFUSED", "invalid"];
    case 401:
      if (error !== "invalid_token") return ["UNAUTHORIZED", "unauthenticated"];
      return [/revoked/i.test(error_description ?? "") ? "TOKEN_REVOKED" : "TOKEN_EXPIRED", "unauthenticated"];
    case 403:
      return [error === "insufficient_scope" ? "SCOPE_TOO_SMALL" : "FORBIDDEN", "forbidden"];
    case 404:
      return notFound(what, said, error);
    case 405:
      return ["ROUTE_NOT_FOUND", "unsupported"];
    case 413:
      return ["FILE_TOO_LARGE", "invalid"];
    default:
      return ofStatus(status) ?? ["REFUSED", "invalid"];
  }
}

function notFound(what: string, message: string, error: string | undefined): Found {
  if (message.includes("Project Not Found")) return ["PROJECT_NOT_FOUND", "forbidden"];
  if (error !== undefined) return ["ROUTE_NOT_FOUND", "unsupported"];
  return what.includes("/ml/mlflow/") ? ["FEATURE_OFF", "forbidden"] : ["FILE_NOT_FOUND", "not-found"];
}

function ofStatus(status: number): Found | undefined {
  if (status === 429) return ["RATE_LIMITED", "unavailable"];
  if (status === 413) return ["FILE_TOO_LARGE", "invalid"];
  if (status === 408 || (status > 500 && status < 600)) return ["FAILED", "unavailable"];
  return status === 500 ? ["FAILED", "failed"] : undefined;
}

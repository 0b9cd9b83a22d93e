import { onTestFinished } from "vitest";
import { startGitlab, type GitlabOptions } from "./index.ts";

export const ADA = "glpat-ada-0000000000000000";
export const MLFLOW = "/api/v4/projects/1/ml/mlflow/api/2.0/mlflow";
export const FILES = "/api/v4/projects/1/packages/ml_models";

/** What is sent, besides method and path. */
interface Sent {
  /** As JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A double that is closed, and has its say, when the test ends; and a way to ask it as `ada` does. */
export async function doubleOf(options: GitlabOptions = {}) {
  const gitlab = await startGitlab(options);
  onTestFinished(() => gitlab.close());
  const ask = async (
    method: string,
    path: string,
    { body, headers = { authorization: `Bearer ${ADA}` } }: Sent = {},
  ) => {
    const json = typeof body === "object";
    const response = await fetch(gitlab.url + path, {
      method,
      redirect: "manual",
      headers: { ...headers, ...(json ? { "content-type": "application/json" } : {}) },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as string) }),
    });
    const text = await response.text();
    const answer: unknown =
      /json/.test(response.headers.get("content-type") ?? "") && text !== "" ? JSON.parse(text) : text;
    return { status: response.status, body: answer as never, headers: response.headers };
  };
  /** One of MLflow's calls. */
  const mlflow = async (method: string, call: string, input: Readonly<Record<string, unknown>> = {}) => {
    if (method === "POST" || method === "PATCH") return ask(method, `${MLFLOW}/${call}`, { body: input });
    const query = new URLSearchParams(input as Record<string, string>);
    return ask(method, `${MLFLOW}/${call}?${query.toString()}`);
  };
  return { gitlab, ask, mlflow };
}

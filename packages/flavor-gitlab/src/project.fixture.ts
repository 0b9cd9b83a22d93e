import { isStackError, type StackError } from "@modelstack/core/stack";
import { onTestFinished } from "vitest";
import { trackerConfig, type TrackerConfig } from "./config.ts";
import { GitLabProject, type ProjectContext } from "./connection/gitlab-project.ts";

/** A token that must be seen nowhere. */
const TOKEN = "glpat-token-of-the-test";

/** A project that is closed when the test ends. Nothing of this machine's configuration is read. */
export function projectAt(
  url: string | undefined,
  config: Partial<TrackerConfig> = {},
  context: Partial<ProjectContext> = {},
): GitLabProject {
  const parsed = trackerConfig.parse({ ...(url === undefined ? {} : { url, token: TOKEN }), ...config });
  const project = new GitLabProject(parsed, {
    projectFolder: "/project",
    note: () => undefined,
    environment: {},
    defaultFiles: [],
    ...context,
  });
  onTestFinished(() => project[Symbol.asyncDispose]());
  return project;
}

/** What something is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<StackError> {
  const error = await promise.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  );
  if (!isStackError(error)) throw error;
  return error;
}

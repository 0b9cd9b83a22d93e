import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSeed, startGitlab, type GitlabOptions } from "@modelstack/gitlab-double";
import { isStackError, type StackError } from "@modelstack/core/stack";
import { onTestFinished } from "vitest";
import { trackerConfig, type TrackerConfig } from "./config.ts";
import { GitLabProject, type ProjectContext } from "./connection/gitlab-project.ts";
import { GitLabExperimentTracker } from "./tracker/experiment-tracker.ts";

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

/** A double of GitLab with a tracker on its project, and what the tracker tells. All of it goes when the test ends. */
export async function trackerOn(options: GitlabOptions = {}, context: Partial<ProjectContext> = {}) {
  const gitlab = await startGitlab(options);
  const [{ token }] = defaultSeed.users[0].tokens;
  const [seeded] = defaultSeed.projects;
  const project = projectAt(gitlab.url, { token, project: seeded.path }, context);
  const stateFolder = mkdtempSync(join(tmpdir(), "modelstack-state-"));
  const [warnings, notes]: [string[], string[]] = [[], []];
  const open = (required = false) =>
    new GitLabExperimentTracker(project, {
      stateFolder,
      required,
      warn: (message) => void warnings.push(message),
      note: (message) => void notes.push(message),
    });
  onTestFinished(async () => {
    await gitlab.close();
    rmSync(stateFolder, { recursive: true });
  });
  return { gitlab, project, open, tracker: open(), warnings, notes, stateFolder };
}

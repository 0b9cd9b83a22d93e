import { startGitlab, type Gitlab, type GitlabOptions } from "@modelstack/gitlab-double";
import { onTestFinished } from "vitest";
import { project, type Project } from "./project.ts";

/** The token of the double's first user. */
export const TOKEN = "glpat-ada-0000000000000000";
export const PROJECT = "biosignal/software/mednet";

/** A double of GitLab that is closed, and says what it was asked in vain, when the test ends. */
export async function gitlabOfTest(options: GitlabOptions = {}): Promise<Gitlab> {
  const gitlab = await startGitlab(options);
  onTestFinished(() => gitlab.close());
  return gitlab;
}

/** A user's project whose tracker and registry are a project of a GitLab, by its number: no request is needed to find it. */
export function projectOn(
  { url }: Pick<Gitlab, "url">,
  files: Readonly<Record<string, string>> = {},
  token = TOKEN,
): Project {
  const at = project({
    "stack.yaml": `version: 1
active: team
stacks:
  team:
    experiment_tracker: { flavor: gitlab, url: "${url}", project: 1, token: "\${env:GITLAB_TOKEN}" }
    model_registry: { flavor: gitlab }
`,
    ".env": `GITLAB_TOKEN=${token}\n`,
    ...files,
  });
  onTestFinished(() => at[Symbol.dispose]());
  return at;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The job of GitLab's that this process runs in. https://docs.gitlab.com/ci/variables/predefined_variables/ */
export interface CiJob {
  /** Of GitLab, without a slash at its end. */
  readonly url: string;
  readonly projectId: string;
  readonly projectPath: string;
  readonly projectUrl: string;
  /** A number, where it is one of GitLab's: a program that plays GitLab writes others. */
  readonly id: string | undefined;
  /** It does for files of packages alone. */
  readonly token: string | undefined;
}

export function ciJob(environment: Environment): CiJob | undefined {
  const of = (name: string) => environment[name] || undefined;
  const url = of("CI_API_V4_URL")?.replace(/\/api\/v4\/?$/, "") ?? of("CI_SERVER_URL");
  const projectId = of("CI_PROJECT_ID");
  if (of("GITLAB_CI") !== "true" || url === undefined || projectId === undefined) return undefined;
  const id = of("CI_JOB_ID");
  return {
    url: withoutSlash(url),
    projectId,
    projectPath: of("CI_PROJECT_PATH") ?? "",
    projectUrl: of("CI_PROJECT_URL") ?? "",
    id: id !== undefined && /^\d+$/.test(id) ? id : undefined,
    token: of("CI_JOB_TOKEN"),
  };
}

export const withoutSlash = (url: string) => url.replace(/\/+$/, "");

import { join } from "node:path";
import { registerSecret, StackError } from "@modelstack/core/stack";
import type { TrackerConfig } from "../config.ts";
import { ciJob, withoutSlash, type CiJob } from "./ci-job.ts";
import { pythonGitLab, type PythonGitLabSection, type Where } from "./python-gitlab.ts";

const GITLAB_COM = "https://gitlab.com";

/** How a GitLab and a project in it are reached, wherever that was said. */
export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  /** Its number, its path or the end of its path. */
  readonly project: string;
  /** What is known of it without asking, in a job. */
  readonly known: { readonly id: string; readonly path: string; readonly webUrl: string } | undefined;
  readonly token: string | undefined;
  /** Where the token was found, in words: `GITLAB_TOKEN`. */
  readonly tokenFrom: string | undefined;
  /** The files that it may stand in. */
  readonly tokenFiles: readonly string[];
  readonly caFile: string | undefined;
  readonly insecureTls: boolean;
  readonly timeoutMs: number | undefined;
  readonly job: CiJob | undefined;
}

/**
 * Brings together what stack.yaml, the environment, the job and python-gitlab's configuration say, which come in this order. A token of
 * python-gitlab's is sent to the address that stands beside it and to no other.
 *
 * @throws StackError FLAVOR_CONFIG_INVALID, UNAUTHENTICATED when only a job's token is there
 */
export async function settingsOf(
  config: TrackerConfig,
  { projectFolder, ...where }: Where & { readonly projectFolder: string },
): Promise<Settings> {
  const job = ciJob(where.environment);
  const given = givenToken(config, where);
  const address = config.url ?? job?.url;
  const section = given === undefined || address === undefined ? await pythonGitLab(config.section, where) : undefined;
  const url = withoutSlash(address ?? section?.url ?? GITLAB_COM);
  const fitting = section !== undefined && isSame(section.url, url) ? section : undefined;
  const found = given ?? tokenOf(fitting);
  if (found !== undefined) registerSecret(found.token);
  const sameJob = job !== undefined && isSame(job.url, url) ? job : undefined;
  if (found === undefined) throw noToken(url, section, fitting?.jobToken ?? sameJob?.token);
  const project = config.project ?? sameJob?.projectId;
  if (project === undefined) throw noProject();
  return {
    url,
    project,
    known: sameJob !== undefined && isOfJob(project, sameJob) ? knownFrom(sameJob) : undefined,
    token: found.token,
    tokenFrom: found.from,
    tokenFiles: found.files ?? [],
    ...certificates(config, fitting, projectFolder),
    timeoutMs: fitting === undefined ? undefined : fitting.timeout * 1000,
    job: sameJob,
  };
}

interface FoundToken {
  readonly token: string;
  readonly from: string;
  readonly files?: readonly string[];
}

function givenToken({ token }: TrackerConfig, { environment }: Where): FoundToken | undefined {
  if (token !== undefined) return { token, from: "token: of the experiment tracker in stack.yaml" };
  for (const name of ["GITLAB_TOKEN", "MLFLOW_TRACKING_TOKEN"]) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== "") return { token: value, from: name };
  }
  return undefined;
}

function tokenOf(section: PythonGitLabSection | undefined): FoundToken | undefined {
  if (section?.token === undefined) return undefined;
  const { token, files } = section;
  return { token, files, from: `the section ${section.section} of python-gitlab's configuration` };
}

function certificates(config: TrackerConfig, section: PythonGitLabSection | undefined, projectFolder: string) {
  const { ca_file, insecure_tls } = config;
  const verify = section?.sslVerify ?? true;
  return {
    caFile:
      ca_file === undefined
        ? typeof verify === "string"
          ? verify || undefined
          : undefined
        : join(projectFolder, ca_file),
    insecureTls: insecure_tls || (verify === false && ca_file === undefined),
  };
}

const isSame = (one: string, other: string) => address(one) === address(other);

function address(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? url : `${parsed.origin}${withoutSlash(parsed.pathname)}`;
}

const isOfJob = (project: string, { projectId, projectPath }: CiJob) =>
  project === projectId || project.toLowerCase() === projectPath.toLowerCase();

const knownFrom = ({ projectId, projectPath, projectUrl }: CiJob) => ({
  id: projectId,
  path: projectPath,
  webUrl: projectUrl,
});

function noToken(url: string, section: PythonGitLabSection | undefined, jobToken: string | undefined): StackError {
  const make = `Make an access token of the project, with the role Developer and the scope api`;
  if (jobToken !== undefined) {
    return new StackError(
      "UNAUTHENTICATED",
      `There is no token for ${url} but the job's own (CI_JOB_TOKEN), which GitLab takes for files of packages, and not for experiments and models.`,
      {
        hint: `${make}, and set it as the masked variable GITLAB_TOKEN: Settings > CI/CD > Variables.`,
      },
    );
  }
  const other =
    section !== undefined && !isSame(section.url, url)
      ? ` The section ${section.section} of python-gitlab's configuration has one for ${section.url}, which is sent nowhere else.`
      : "";
  return new StackError("UNAUTHENTICATED", `There is no token for ${url}.${other}`, {
    hint: `${make}, and set it as GITLAB_TOKEN, or as private_token in ~/.python-gitlab.cfg.`,
  });
}

function noProject(): StackError {
  return new StackError(
    "FLAVOR_CONFIG_INVALID",
    "It is not said which project of GitLab has the experiments and models.",
    {
      hint: "Write project: GROUP/PROJECT beside flavor: gitlab of the experiment tracker in stack.yaml; in a job of GitLab's it is the job's own.",
    },
  );
}

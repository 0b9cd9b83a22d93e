import { isMlflowError, type CallOptions } from "@modelstack/mlflow-client/http";
import { StackError } from "@modelstack/core/stack";
import type { GitLabClient } from "../client/gitlab-client.ts";
import type { Project } from "../client/instance.ts";

/** How many pages of visible projects are looked through for one whose path ends as given. */
const PAGES = 20;
const SHOWN = 10;

/**
 * The project that a number, a path or the end of a path means.
 *
 * @throws StackError PROJECT_NOT_FOUND; AMBIGUOUS, naming those whose paths end so
 */
export async function findProject(
  { instance }: GitLabClient,
  project: string,
  url: string,
  options?: CallOptions,
): Promise<Project> {
  const isWhole = /^\d+$/.test(project) || project.includes("/");
  if (isWhole) {
    try {
      return await instance.project(project, options);
    } catch (error) {
      if (!isMlflowError(error) || error.code !== "PROJECT_NOT_FOUND") throw error;
      if (/^\d+$/.test(project)) throw notFound(project, url, error);
    }
  }
  const { ending, others } = await visible(instance, project, options);
  const [only, ...more] = ending;
  if (only === undefined) throw notFound(project, url, undefined, others);
  if (more.length === 0) return only;
  const paths = ending.map((one) => one.path_with_namespace).sort();
  const shown = paths.slice(0, SHOWN).join(", ") + (paths.length > SHOWN ? `, and ${paths.length - SHOWN} more` : "");
  throw new StackError("AMBIGUOUS", `The paths of ${paths.length} projects on ${url} end with ${project}: ${shown}.`, {
    hint: "Write the whole path as project: of the experiment tracker in stack.yaml.",
  });
}

async function visible(
  instance: GitLabClient["instance"],
  project: string,
  options: CallOptions | undefined,
): Promise<{ ending: Project[]; others: string[] }> {
  const ending: Project[] = [];
  const others: string[] = [];
  const name = project.split("/").at(-1)!;
  for (let page = 1; page <= PAGES; page++) {
    const found = await instance.searchProjects(name, page, options);
    for (const one of found) {
      if (endsWith(one.path_with_namespace, project)) ending.push(one);
      else others.push(one.path_with_namespace);
    }
    if (found.length < 100) break;
  }
  return { ending, others };
}

/** GitLab tells no cases apart in paths. */
function endsWith(path: string, end: string): boolean {
  return `/${path}`.toLowerCase().endsWith(`/${end}`.toLowerCase());
}

/** GitLab says the same of a project that is hidden. */
export function notFound(project: string, url: string, cause?: unknown, others: readonly string[] = []): StackError {
  const similar = others.length === 0 ? "" : `Similar ones are ${others.slice(0, SHOWN).join(", ")}. `;
  return new StackError(
    "PROJECT_NOT_FOUND",
    `There is no project ${project} on ${url}, or the token's user is no member of it.`,
    {
      hint: `${similar}Look at project: of the experiment tracker in stack.yaml, or have the token's user made a member, as Developer.`,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

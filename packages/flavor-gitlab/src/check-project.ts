import { stat } from "node:fs/promises";
import { failedCheck, type HealthCheck } from "@modelstack/core/stack";
import { isMlflowError, type CallOptions } from "@modelstack/mlflow-client/http";
import type { AccessToken, Project } from "./client/instance.ts";
import type { GitLabProject } from "./connection/gitlab-project.ts";

/** Somebody waits for the answer. */
const SOON: CallOptions = { retries: 0, deadlineMs: 10_000 };
/** Beyond it, times of points and tokens that expire are misleading. In milliseconds. */
const SKEW = 60_000;
/** A token that ends within so many days wants another one. */
const DAYS = 14;
const DAY = 86_400_000;
const GIB = 1024 ** 3;

const DEVELOPER = 30;
const ROLES: Readonly<Record<number, string>> = {
  5: "minimal access",
  10: "Guest",
  15: "Planner",
  20: "Reporter",
  30: "Developer",
  40: "Maintainer",
  50: "Owner",
};

/** Looks whether a project can be used: what follows from something that fails is not looked at. It leaves nothing changed. */
export async function checkProject(project: GitLabProject): Promise<readonly HealthCheck[]> {
  const version = await looked("server", () => versionOf(project));
  if (version.status === "fail") return [version];
  const token = await looked("token", () => tokenOf(project));
  const clock = await looked("clock", () => clockOf(project));
  if (token.status === "fail") return [version, token, clock];
  const found = await looked("project", () => projectOf(project));
  if (found.status === "fail") return [version, token, found, clock];
  const features = await looked("features", () => featuresOf(project));
  const write = await looked("write right", () => writeRightOf(project));
  const limits = await looked("file size", () => limitsOf(project));
  return [version, token, found, features, write, limits, clock];
}

type Found = Omit<HealthCheck, "name" | "status"> & { readonly status?: "warn" | "fail" };

async function looked(name: string, look: () => Promise<Found>): Promise<HealthCheck> {
  try {
    return { name, status: "ok", ...(await look()) };
  } catch (error) {
    return failedCheck(name, error);
  }
}

async function versionOf(project: GitLabProject): Promise<Found> {
  const { url } = await project.settings();
  return { message: `GitLab ${await project.ask(({ instance }) => instance.version(SOON))} at ${url}` };
}

async function tokenOf(project: GitLabProject): Promise<Found> {
  const { tokenFrom, tokenFiles } = await project.settings();
  const user = await project.ask(({ instance }) => instance.user(SOON));
  const token = await project.ask(async ({ instance }) => {
    try {
      return await instance.token(SOON);
    } catch (error) {
      // It is one of OAuth, say.
      if (isMlflowError(error)) return undefined;
      throw error;
    }
  });
  const of = `it is ${user.username}'s, from ${tokenFrom}`;
  if (token === undefined) return { message: `${of}; which scopes it has, GitLab does not say` };
  const said = `${of}, with the scopes ${token.scopes.join(", ") || "none"}${ending(token)}`;
  const open = await openToOthers(tokenFiles);
  if (open !== undefined && token.scopes.includes("api"))
    return { status: "warn", message: `${said}; ${open} can be read by others`, fix: `chmod 600 ${open}` };
  return { message: said, ...warned(token) };
}

/** A file that may hold a token, and that others may read. */
async function openToOthers(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (process.platform !== "win32" && ((await stat(file)).mode & 0o077) !== 0) return file;
  return undefined;
}

const ending = ({ expires_at }: AccessToken) => (expires_at == null ? "" : `, until ${expires_at}`);

function warned({ scopes, expires_at }: AccessToken): Partial<Found> {
  if (!scopes.includes("api")) {
    return {
      status: "fail",
      code: "FORBIDDEN",
      fix: "Make a token with the scope api: nothing can be written with others.",
    };
  }
  if (expires_at == null || Date.parse(expires_at) - Date.now() > DAYS * DAY) return {};
  return { status: "warn", fix: "It ends soon: make another one with the scope api, and set it in its place." };
}

async function projectOf(project: GitLabProject): Promise<Found> {
  const { path, webUrl, id } = await project.found();
  return { message: `${path}, ${id}: ${webUrl}` };
}

async function record(project: GitLabProject): Promise<Project> {
  const { id } = await project.found();
  return project.ask(({ instance }) => instance.project(id, SOON));
}

async function featuresOf(project: GitLabProject): Promise<Found> {
  const features = await record(project);
  const levels = {
    "model experiments": features.model_experiments_access_level,
    "model registry": features.model_registry_access_level,
    "package registry": features.package_registry_access_level,
  };
  const off = Object.entries(levels).flatMap(([name, level]) => (level === "disabled" ? [name] : []));
  await project.call(({ experiments }) => experiments.getByName("modelstack-doctor", SOON).catch(unlessNotFound));
  if (off.length === 0) return { message: `${Object.keys(levels).join(", ")} are on` };
  return {
    status: "fail",
    code: "UNSUPPORTED",
    message: `${off.join(" and ")} ${off.length === 1 ? "is" : "are"} switched off`,
    fix: "Switch them on: Settings > General > Visibility, project features, permissions.",
  };
}

function unlessNotFound(error: unknown): void {
  if (!isMlflowError(error, "not-found")) throw error;
}

async function writeRightOf(project: GitLabProject): Promise<Found> {
  const { permissions } = await record(project);
  const levels = [permissions?.project_access?.access_level, permissions?.group_access?.access_level];
  const level = Math.max(...levels.map((one) => one ?? 0));
  // Who is member of a group that is invited, or an administrator, has no role there. Of all calls that need the right, a search changes nothing.
  if (level < DEVELOPER)
    await project.call(({ runs }) => runs.search({ experiment_id: "0", max_results: 1 }, SOON).catch(unlessNotFound));
  return { message: level < DEVELOPER ? "the user may write" : `the user is ${ROLES[level] ?? level} of the project` };
}

async function limitsOf(project: GitLabProject): Promise<Found> {
  const limits = await project.ask(async ({ instance }) => {
    try {
      return await instance.limits(SOON);
    } catch (error) {
      if (isMlflowError(error)) return undefined;
      throw error;
    }
  });
  const size = limits?.ml_model_max_file_size;
  if (size !== undefined) return { message: `a file of a model may have ${(size / GIB).toFixed(1)} GiB` };
  return {
    message:
      "GitLab tells its limits to administrators alone; a file of a model may have 10 GiB unless they changed it",
  };
}

async function clockOf(project: GitLabProject): Promise<Found> {
  const before = Date.now();
  const time = await project.ask(({ instance }) => instance.time(SOON));
  if (time === undefined) return { message: "GitLab does not say what time it is" };
  // It gives whole seconds.
  const off = time.getTime() + 500 - (before + Date.now()) / 2;
  const seconds = Math.round(Math.abs(off) / 1000);
  if (Math.abs(off) < SKEW) return { message: `GitLab's is ${seconds} s off` };
  return {
    status: "warn",
    message: `GitLab's is ${seconds} s ${off > 0 ? "ahead of" : "behind"} this machine's`,
    fix: "Set the clock of the one that is wrong; timedatectl set-ntp true keeps it right.",
  };
}

import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What git says about the code that runs. */
export interface SourceState {
  readonly commit: string;
  /** Whether files differ from the commit, or are not in it and not ignored. */
  readonly dirty: boolean;
  /** The page of the commit, if the repository has an `origin` with pages. Without user and password. */
  readonly commitUrl?: string;
  /** `origin`, without user and password. */
  readonly remote?: string;
  /** The working folder inside the repository: empty at its top or outside it, else `packages/x`. */
  readonly folder: string;
}

/** Looks at the repository that holds a folder; `undefined` without one, without a commit or without git. */
export async function readSourceState(folder: string): Promise<SourceState | undefined> {
  // One `status` gives commit and dirtiness; it must not touch the index of a repository that others use.
  const git = (...args: string[]) =>
    run("git", ["--no-optional-locks", "-C", folder, ...args], { maxBuffer: 64 * 1024 * 1024 });
  const [status, origin, top] = await Promise.allSettled([
    git("status", "--porcelain=v2", "--branch", "--untracked-files=normal"),
    git("config", "--get", "remote.origin.url"),
    git("rev-parse", "--show-toplevel"),
  ]);
  if (status.status === "rejected") return undefined;
  const lines = status.value.stdout.split("\n");
  const commit = lines.find((line) => line.startsWith("# branch.oid "))?.slice("# branch.oid ".length);
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const dirty = lines.some((line) => line !== "" && !line.startsWith("# "));
  const remote = origin.status === "fulfilled" ? withoutUserinfo(origin.value.stdout.trim()) : undefined;
  const page = remote === undefined ? undefined : commitPage(remote, commit);
  return {
    commit,
    dirty,
    folder: top.status === "fulfilled" ? workingFolder(top.value.stdout.trim()) : "",
    ...(remote === undefined ? {} : { remote }),
    ...(page === undefined ? {} : { commitUrl: page }),
  };
}

/** A commit of the repository that holds a folder: its full name, and its page if it has one; `undefined` when it is not there. */
export async function findCommit(
  folder: string,
  commit: string,
): Promise<Pick<SourceState, "commit" | "commitUrl"> | undefined> {
  const git = (...args: string[]) => run("git", ["--no-optional-locks", "-C", folder, ...args]);
  const [found, origin] = await Promise.allSettled([
    git("rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`),
    git("config", "--get", "remote.origin.url"),
  ]);
  if (found.status === "rejected") return undefined;
  const full = found.value.stdout.trim();
  const page =
    origin.status === "fulfilled" ? commitPage(withoutUserinfo(origin.value.stdout.trim()), full) : undefined;
  return { commit: full, ...(page === undefined ? {} : { commitUrl: page }) };
}

function workingFolder(top: string): string {
  const path = relative(top, realpathSync(process.cwd()));
  return path.startsWith("..") || isAbsolute(path) ? "" : path.split(sep).join("/");
}

function withoutUserinfo(remote: string): string {
  return remote.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}

/** `https://host/group/project/commit/SHA`, as GitLab, GitHub, Gitea and Bitbucket have it. */
export function commitPage(remote: string, commit: string): string | undefined {
  const match =
    /^https?:\/\/(?<host>[^/]+)\/(?<path>.+?)(?:\.git)?\/?$/.exec(remote) ??
    /^ssh:\/\/(?:[^@/]*@)?(?<host>[^/:]+)(?::\d+)?\/(?<path>.+?)(?:\.git)?\/?$/.exec(remote) ??
    /^[\w.-]+@(?<host>[^/:]+):(?<path>.+?)(?:\.git)?\/?$/.exec(remote);
  if (match?.groups === undefined) return undefined;
  const { host, path } = match.groups;
  const scheme = remote.startsWith("http://") ? "http" : "https";
  const kind = host!.includes("bitbucket") ? "commits" : host!.includes("gitlab") ? "-/commit" : "commit";
  return `${scheme}://${host}/${path}/${kind}/${commit}`;
}

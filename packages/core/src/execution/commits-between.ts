import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Commit {
  readonly commit: string;
  readonly author: string;
  /** When it was written, ISO 8601 with its zone. */
  readonly at: string;
  /** The first line of its message. */
  readonly subject: string;
}

/** The commits between two states of the code, newest first; or why they are not known. */
export type CommitsBetween =
  | {
      readonly known: true;
      /** In the second state and not in the first. */
      readonly added: readonly Commit[];
      /** In the first state and not in the second: on another branch, or when the second is the older one. */
      readonly removed: readonly Commit[];
    }
  | { readonly known: false; readonly why: string };

/** More than so many commits on a side are not listed. */
const COMMITS_LIMIT = 1000;

/** Asks the repository that holds a folder. `from` and `to` are full hashes; anything else counts as not known. */
export async function commitsBetween(
  folder: string,
  from: string | undefined,
  to: string | undefined,
): Promise<CommitsBetween> {
  if (!isCommit(from) || !isCommit(to)) {
    const which = isCommit(from) ? "of the second" : isCommit(to) ? "of the first" : "of either";
    return { known: false, why: `the commit ${which} is not known` };
  }
  if (from === to) return { known: true, added: [], removed: [] };
  const git = (...args: string[]) =>
    run("git", ["--no-optional-locks", "-C", folder, ...args], { maxBuffer: 64 * 1024 * 1024 });
  const inside = await git("rev-parse", "--git-dir").then(
    () => true,
    () => false,
  );
  if (!inside) return { known: false, why: "there is no git repository here" };
  for (const commit of [from, to]) {
    const here = await git("cat-file", "-e", `${commit}^{commit}`).then(
      () => true,
      () => false,
    );
    if (!here) return { known: false, why: `the commit ${commit.slice(0, 12)} is not in this repository: git fetch` };
  }
  const log = async (range: string) =>
    commitsOf((await git("log", `--max-count=${COMMITS_LIMIT}`, "--no-show-signature", FORMAT, range, "--")).stdout);
  const [added, removed] = await Promise.all([log(`${from}..${to}`), log(`${to}..${from}`)]);
  return { known: true, added, removed };
}

const FORMAT = "--format=%H%x00%an%x00%aI%x00%s";

function commitsOf(log: string): Commit[] {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [commit = "", author = "", at = "", subject = ""] = line.split("\0");
      return { commit, author, at, subject };
    });
}

/** What a run or a registry says is not trusted to be one: it becomes an argument of git. */
function isCommit(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
}

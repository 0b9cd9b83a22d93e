import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const main = join(import.meta.dirname, "..", "..", "packages", "gitlab-double", "src", "main.ts");

/** Where a GitLab is, and who may use it. */
export interface GitlabAccess {
  readonly url: string;
  readonly token: string;
  /** The path of the project that the token may write to. */
  readonly project: string;
}

/** A double of GitLab in a process of its own: for tests that wait for programs without letting this process do anything meanwhile. */
export interface GitlabProcess extends GitlabAccess {
  /** Stops it. @throws Error when it was asked for what it does not know */
  stop(): Promise<void>;
}

export async function startGitlabProcess(): Promise<GitlabProcess> {
  const child = spawn(process.execPath, [main], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  return {
    ...(JSON.parse(line) as GitlabAccess),
    stop: async () => {
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
      if (said !== "") throw new Error(said);
    },
  };
}

/** Writes python-gitlab's configuration for a GitLab; `PYTHON_GITLAB_CFG` names it. Returns its path. */
export function pythonGitlabConfig(folder: string, { url, token }: Pick<GitlabAccess, "url" | "token">): string {
  const path = join(folder, "python-gitlab.cfg");
  writeFileSync(path, `[global]\ndefault = lab\n\n[lab]\nurl = ${url}\nprivate_token = ${token}\n`, { mode: 0o600 });
  return path;
}

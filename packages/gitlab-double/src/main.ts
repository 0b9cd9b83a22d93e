// node packages/gitlab-double/src/main.ts [SEED.json]: starts a double, says where as a line of JSON, and runs until it is told to stop.
import { readFileSync } from "node:fs";
import { startGitlab, type GitlabOptions } from "./gitlab.ts";
import { defaultSeed } from "./seed.ts";

const [file] = process.argv.slice(2);
const options: GitlabOptions =
  file === undefined ? defaultSeed : (JSON.parse(readFileSync(file, "utf8")) as GitlabOptions);
const gitlab = await startGitlab(options);
const token = options.users?.[0]?.tokens?.[0]?.token;
process.stdout.write(`${JSON.stringify({ url: gitlab.url, token, project: options.projects?.[0]?.path })}\n`);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    gitlab.close().catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
  });

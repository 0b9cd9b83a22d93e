import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { GitLabClient } from "../packages/flavor-gitlab/src/client/gitlab-client.ts";
import { inProject, root, runProgram, type Row } from "./measure.ts";
import { transferRows, type Moved } from "./transfers.ts";

/** What the client of GitLab costs for files, beside curl. The server is the double of the tests: no GitLab can be reached. */
export async function gitlabRows(): Promise<Row[]> {
  const server = spawn(process.execPath, [join(root, "packages", "gitlab-double", "src", "main.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(server.stdout, "data")) as [Buffer];
    const { url, token, project } = JSON.parse(line.toString()) as Record<"url" | "token" | "project", string>;
    await using client = new GitLabClient({ url, token });
    const { id } = await client.instance.project(project);
    const { experiments, runs } = client.project(id);
    const experiment = await experiments.create({ name: "bench" });
    const run = await runs.create({ experiment_id: experiment });
    const owner = ownerOf(run.info.artifact_uri);
    return await inProject((folder) =>
      transferRows(folder, {
        through: "through packages of GitLab",
        address: `${url}/api/v4/projects/${id}/packages/ml_models/${owner}/files/large.bin`,
        headers: [`Authorization: Bearer ${token}`],
        downBudget: 2,
        move: (direction, file) =>
          runProgram<Moved>("move-package-file.ts", folder, direction, url, token, id, owner, file),
      }),
    );
  } finally {
    server.kill();
  }
}

/** `candidate:3` of where the files of a run are. */
const ownerOf = (uri: string) => /candidate:\d+/.exec(uri)![0];

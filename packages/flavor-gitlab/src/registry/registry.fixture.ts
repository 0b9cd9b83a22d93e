import { createReadStream } from "node:fs";
import { randomUUID } from "node:crypto";
import type { Digest } from "@modelstack/core/base";
import type { NewModelFile } from "@modelstack/core/stack";
import { startGitlab, type Gitlab, type GitlabOptions } from "@modelstack/gitlab-double";
import type { ProjectClient } from "../client/gitlab-client.ts";
import { trackerConfig } from "../config.ts";
import { GitLabProject } from "../connection/gitlab-project.ts";
import { nameForServer } from "../file-names.ts";
import { locate } from "./locate.ts";
import { GitLabModelRegistry } from "./model-registry.ts";

const ADA = "glpat-ada-0000000000000000";

/** A connection to the project of a double that the caller closes. */
export function connect({ url }: Pick<Gitlab, "url">, token = ADA): GitLabProject {
  return new GitLabProject(trackerConfig.parse({ url, project: 1, token }), {
    projectFolder: "/project",
    note: () => undefined,
    environment: {},
    defaultFiles: [],
  });
}

/** The registry of a double that is new. */
export async function emptyRegistry(options: GitlabOptions = {}) {
  const gitlab = await startGitlab(options);
  const projects = [connect(gitlab)];
  const project = projects[0]!;
  const reopen = async () => {
    projects.push(connect(gitlab));
    return new GitLabModelRegistry(projects.at(-1)!);
  };
  let experiment: string | undefined;
  return {
    gitlab,
    project,
    registry: new GitLabModelRegistry(project),
    reopen,
    trackedRun: () =>
      project.call(async (client) => {
        experiment ??= await client.experiments.create({ name: `tracked ${randomUUID()}` });
        return (await client.runs.create({ experiment_id: experiment })).info.run_id;
      }),
    damage: (digest: Digest) => project.call((client) => damage(client, digest)),
    registerElsewhere: (model: string, files: readonly NewModelFile[]) =>
      project.call((client) => registerElsewhere(client, model, files)),
    dispose: async () => {
      for (const one of projects) await one[Symbol.asyncDispose]();
      await gitlab.close();
    },
  };
}

/** Changes what GitLab has of a file, as somebody does who uploads another one of its name. */
async function damage(client: ProjectClient, digest: Digest): Promise<void> {
  for await (const { name, latest_versions } of client.models.searchAll())
    for (const { id, semver } of latest_versions) {
      // In the lists of an older GitLab, the semantic version stands in the place of the id.
      const version = await client.versions.get(name, semver === "" ? id : semver);
      const { files, pathOf } = await locate(client, version);
      const file = files.find((one) => one.digest === digest);
      if (file !== undefined) await client.files.upload(version.id, pathOf(file), "damaged");
    }
}

/** Registers a version as another program does. */
async function registerElsewhere(client: ProjectClient, name: string, files: readonly NewModelFile[]): Promise<string> {
  await client.models.create({ name });
  const { id, semver } = await client.versions.create({ name });
  for (const { path, localPath } of files)
    await client.files.upload(id, nameForServer(path), createReadStream(localPath));
  return semver;
}

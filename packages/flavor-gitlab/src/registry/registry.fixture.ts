import { createReadStream } from "node:fs";
import { randomBytes, randomUUID } from "node:crypto";
import type { Digest } from "@modelstack/core/base";
import type { NewModelFile } from "@modelstack/core/stack";
import { defaultSeed, startGitlab, type GitlabOptions } from "@modelstack/gitlab-double";
import type { ProjectClient } from "../client/gitlab-client.ts";
import { trackerConfig } from "../config.ts";
import { GitLabProject, type ProjectContext } from "../connection/gitlab-project.ts";
import { nameForServer } from "../file-names.ts";
import { locate } from "./locate.ts";
import { GitLabModelRegistry } from "./model-registry.ts";
import { inNamespace } from "./namespace.fixture.ts";

/** Where a project is, and who may write to it. */
export interface GitlabAccess {
  readonly url: string;
  readonly token: string;
  /** Its number or path. */
  readonly project: string;
}

function connect(access: GitlabAccess, environment: ProjectContext["environment"] = {}): GitLabProject {
  return new GitLabProject(trackerConfig.parse(access), {
    projectFolder: "/project",
    note: () => undefined,
    environment,
    defaultFiles: [],
  });
}

/** The registry of a double that is new. */
export async function emptyRegistry(options: GitlabOptions = {}, environment: ProjectContext["environment"] = {}) {
  const gitlab = await startGitlab(options);
  const [{ token }] = defaultSeed.users[0].tokens;
  const at = registryAt({ url: gitlab.url, token, project: "1" }, environment);
  const dispose = async () => {
    await at.dispose();
    await gitlab.close();
  };
  return { ...at, gitlab, dispose };
}

/** A part of the registry of a GitLab that others use, too: models whose names begin so as nobody else's. They go when it is disposed of. */
export async function namespaceAt(access: GitlabAccess) {
  const prefix = `doc-modelstack-test-${randomBytes(4).toString("hex")}-`;
  const { project, registry, reopen, trackedRun, registerElsewhere, dispose, removeRuns } = registryAt(access);
  return {
    registry: inNamespace(registry, prefix),
    reopen: async () => inNamespace(await reopen(), prefix),
    trackedRun,
    registerElsewhere: (model: string, files: readonly NewModelFile[]) => registerElsewhere(prefix + model, files),
    dispose: async () => {
      await project.call(async ({ models }) => {
        for await (const { name } of models.searchAll({ nameContains: prefix })) await models.delete(name);
      });
      await removeRuns();
      await dispose();
    },
  };
}

function registryAt(access: GitlabAccess, environment?: ProjectContext["environment"]) {
  const projects = [connect(access, environment)];
  const project = projects[0]!;
  let experiment: string | undefined;
  return {
    project,
    registry: new GitLabModelRegistry(project),
    reopen: async () => {
      projects.push(connect(access, environment));
      return new GitLabModelRegistry(projects.at(-1)!);
    },
    trackedRun: () =>
      project.call(async ({ experiments, runs }) => {
        experiment ??= await experiments.create({ name: `doc-modelstack-test-${randomUUID()}` });
        return (await runs.create({ experiment_id: experiment })).info.run_id;
      }),
    removeRuns: () =>
      project.call(async ({ experiments }) => {
        if (experiment !== undefined) await experiments.delete(experiment);
      }),
    damage: (digest: Digest) => project.call((client) => damage(client, digest)),
    registerElsewhere: (model: string, files: readonly NewModelFile[]) =>
      project.call((client) => registerElsewhere(client, model, files)),
    dispose: async () => {
      for (const one of projects) await one[Symbol.asyncDispose]();
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

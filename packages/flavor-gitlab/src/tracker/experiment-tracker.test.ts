import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeExperimentTracker } from "@modelstack/core/testing";
import { defaultSeed, startGitlab, type Release } from "@modelstack/gitlab-double";
import type { ProjectClient } from "../client/gitlab-client.ts";
import { trackerConfig } from "../config.ts";
import { GitLabProject } from "../connection/gitlab-project.ts";
import { GitLabExperimentTracker } from "./experiment-tracker.ts";
import { namespaced } from "./namespace.fixture.ts";

for (const release of ["newest", "17"] satisfies Release[])
  describeExperimentTracker(`gitlab on GitLab ${release}`, async () => {
    const gitlab = await startGitlab({ release });
    const [project] = defaultSeed.projects;
    const [{ token }] = defaultSeed.users[0].tokens;
    const config = trackerConfig.parse({ url: gitlab.url, project: project.path, token });
    const state = mkdtempSync(join(tmpdir(), "modelstack-state-"));
    const opened: GitLabProject[] = [];
    const open = () => {
      const connection = new GitLabProject(config, { projectFolder: state, note: () => undefined, environment: {} });
      opened.push(connection);
      const options = { stateFolder: state, required: false, warn: () => undefined, note: () => undefined };
      return new GitLabExperimentTracker(connection, options);
    };
    return {
      tracker: open(),
      reopen: async () => open(),
      dispose: async () => {
        for (const connection of opened) await connection[Symbol.asyncDispose]();
        rmSync(state, { recursive: true });
        await gitlab.close();
      },
    };
  });

/** A GitLab that is told by the environment: the suite runs there as well, and removes what it made. */
const { GITLAB_URL: url, GITLAB_TOKEN: token, GITLAB_PROJECT: path } = process.env;
if (url !== undefined && token !== undefined && path !== undefined)
  describeExperimentTracker(`gitlab on ${url}`, async () => {
    const prefix = `doc-modelstack-test-${randomUUID().slice(0, 8)}-`;
    const state = mkdtempSync(join(tmpdir(), "modelstack-state-"));
    const config = trackerConfig.parse({ url, token, project: path });
    const project = new GitLabProject(config, { projectFolder: state, note: () => undefined, environment: {} });
    const options = { stateFolder: state, required: false, warn: () => undefined, note: () => undefined };
    const open = () => namespaced(new GitLabExperimentTracker(project, options), prefix);
    return {
      tracker: open(),
      reopen: async () => open(),
      dispose: async () => {
        await project.call((client) => emptied(client, prefix));
        await project[Symbol.asyncDispose]();
        rmSync(state, { recursive: true });
      },
    };
  });

async function emptied({ experiments, models }: ProjectClient, prefix: string): Promise<void> {
  for (const { name, experiment_id } of await experiments.list()) {
    if (name.startsWith(`[model]${prefix}`)) await models.delete(name.slice("[model]".length));
    else if (name.startsWith(prefix)) await experiments.delete(experiment_id);
  }
}

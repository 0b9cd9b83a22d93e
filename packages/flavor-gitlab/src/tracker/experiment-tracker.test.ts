import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeExperimentTracker } from "@modelstack/core/testing";
import { defaultSeed, startGitlab, type Release } from "@modelstack/gitlab-double";
import { trackerConfig } from "../config.ts";
import { GitLabProject } from "../connection/gitlab-project.ts";
import { GitLabExperimentTracker } from "./experiment-tracker.ts";

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

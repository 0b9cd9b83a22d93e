import { describeModelRegistry } from "@modelstack/core/testing";
import { defaultSeed, startGitlab } from "@modelstack/gitlab-double";
import { afterAll } from "vitest";
import { emptyRegistry, namespaceAt } from "./registry.fixture.ts";

describeModelRegistry("gitlab", () => emptyRegistry());

describeModelRegistry("gitlab, an older release", () => emptyRegistry({ release: "17" }));

// A real GitLab, if there is one; else a double on which the tests leave what others would. Every test has names of its own.
const { GITLAB_URL: url, GITLAB_TOKEN: token, GITLAB_PROJECT: project } = process.env;
if (url !== undefined && token !== undefined && project !== undefined) {
  describeModelRegistry("gitlab, in a project that others use, at GITLAB_URL", () =>
    namespaceAt({ url, token, project }),
  );
} else {
  const gitlab = await startGitlab();
  afterAll(() => gitlab.close());
  const [{ token: ada }] = defaultSeed.users[0].tokens;
  describeModelRegistry("gitlab, in a project that others use", () =>
    namespaceAt({ url: gitlab.url, token: ada, project: "1" }),
  );
}

import { defaultSeed, type GitlabOptions, startGitlab } from "@modelstack/gitlab-double";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkProject } from "./check-project.ts";
import { projectAt } from "./project.fixture.ts";
import { html, json, scripted } from "./scripted-server.fixture.ts";

const path = defaultSeed.projects[0].path;

/** What is found of a double's project by a user with such a token, as `name status`. */
async function looked(options: GitlabOptions, token: string = defaultSeed.users[0].tokens[0].token) {
  const gitlab = await startGitlab(options);
  onTestFinished(() => gitlab.close());
  const checks = await checkProject(projectAt(gitlab.url, { token, project: path }));
  const changes = gitlab.requests.filter(({ method, url }) => method !== "GET" && !url.endsWith("/search"));
  expect(changes).toEqual([]);
  expect(JSON.stringify(checks)).not.toContain(token);
  return { checks, statuses: checks.map(({ name, status }) => `${name} ${status}`), url: gitlab.url };
}

const user = (token: object, role: "guest" | "reporter" | "developer" = "developer", project: object = {}) => ({
  users: [{ username: "ada", tokens: [{ token: "glpat-given", ...token }] }],
  projects: [{ path, members: { ada: role }, ...project }],
});

describe("looking at a project", () => {
  it("says what it can do, and changes nothing", async () => {
    const { checks, statuses, url } = await looked({});

    expect(statuses).toEqual([
      "server ok",
      "token ok",
      "project ok",
      "features ok",
      "write right ok",
      "file size ok",
      "clock ok",
    ]);
    expect(checks.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^GitLab \d+\.\d+\S* at http/),
      expect.stringMatching(
        /^it is ada's, from token: of .* in stack.yaml, with the scopes api, until \d{4}-\d\d-\d\d$/,
      ),
      `${path}, 1: ${url}/${path}`,
      "model experiments, model registry, package registry are on",
      "the user is Developer of the project",
      expect.stringContaining("administrators alone"),
      expect.stringContaining("s off"),
    ]);
  });

  it("says a token's scopes that are too small, and what to do", async () => {
    const { checks } = await looked(user({ scopes: ["read_api"] }), "glpat-given");

    expect(checks.find(({ name }) => name === "token")).toMatchObject({
      status: "fail",
      message: expect.stringContaining("read_api"),
      fix: expect.stringContaining("scope api"),
    });
  });

  it("says that a token has expired", async () => {
    const { checks, statuses } = await looked(user({ expired: true }), "glpat-given");

    expect(statuses).toEqual(["server fail"]);
    expect(checks[0]).toMatchObject({ code: "UNAUTHENTICATED", message: expect.stringContaining("has expired") });
  });

  it("says that a user may not write", async () => {
    const { checks } = await looked(user({}, "reporter"), "glpat-given");

    expect(checks.find(({ name }) => name === "write right")).toMatchObject({
      status: "fail",
      code: "FORBIDDEN",
      fix: expect.stringContaining("Developer"),
    });
  });

  it("says that a feature is switched off", async () => {
    const features = { experiments: "disabled" };
    const { checks } = await looked(user({}, "developer", { features }), "glpat-given");

    expect(checks.find(({ name }) => name === "features")).toMatchObject({
      status: "fail",
      message: expect.stringContaining("model experiments"),
      fix: expect.stringContaining("Settings > General"),
    });
  });

  it("says that there is no such project, or none that the user may see", async () => {
    const { statuses } = await looked(user({}, "developer", { members: {} }), "glpat-given");

    expect(statuses).toEqual(["server ok", "token ok", "project fail", "clock ok"]);
  });
});

it("says that it cannot be reached, and which setting says where it is", async () => {
  expect(await checkProject(projectAt("http://127.0.0.1:1", { project: "7" }))).toEqual([
    {
      name: "server",
      status: "fail",
      code: "SERVER_UNAVAILABLE",
      message: expect.stringContaining("127.0.0.1:1") as unknown,
      fix: expect.stringContaining("url:") as unknown,
    },
  ]);
});

it("says that what answers is no GitLab", async () => {
  const { url } = await scripted({ "GET /api/v4/version": html("Nginx") });

  expect(await checkProject(projectAt(url, { project: "7" }))).toMatchObject([
    { status: "fail", fix: expect.stringContaining("url:") },
  ]);
});

it("warns of a token that ends soon, and of a clock that is an hour off", async () => {
  const headers = { date: new Date(Date.now() - 3_600_000).toUTCString() };
  const soon = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const { url } = await scripted({
    "GET /api/v4/version": json({ version: "18.4.1" }, 200, headers),
    "GET /api/v4/user": json({ id: 1, username: "ada" }),
    "GET /api/v4/personal_access_tokens/self": json({ name: "t", scopes: ["api"], expires_at: soon }),
    "GET /api/v4/projects/7": json({ message: "404 Project Not Found" }, 404),
  });

  const checks = await checkProject(projectAt(url, { project: "7" }));

  expect(checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
    "server ok",
    "token warn",
    "project fail",
    "clock warn",
  ]);
});

import { truncateSync } from "node:fs";
import { rateLimited, redirected, internalError, type Fault, type GitlabOptions } from "@modelstack/gitlab-double";
import { describe, expect, it } from "vitest";
import { json, stack, startStack, succeeded } from "../support/command.ts";
import { gitlabOfTest, projectOn, PROJECT, TOKEN } from "../support/gitlab-project.ts";
import type { Project } from "../support/project.ts";

/** Somebody for each way of being refused. Every token has as many characters as GitLab's. */
const token = (name: string) => `glpat-${name.padEnd(20, "0")}`;
const people = {
  users: [
    {
      username: "ada",
      tokens: [
        { token: TOKEN },
        { token: token("expired"), expired: true },
        { token: token("revoked"), revoked: true },
        { token: token("reads"), scopes: ["read_api"] },
      ],
    },
    { username: "guest", tokens: [{ token: token("guest") }] },
    { username: "stranger", tokens: [{ token: token("stranger") }] },
  ],
  projects: [
    { path: PROJECT, members: { ada: "developer", guest: "guest" } },
    { path: "biosignal/off", members: { ada: "developer" }, features: { registry: "disabled" } },
  ],
} as const satisfies GitlabOptions;

const files = { "model/weights.bin": "weights", "model/classes.txt": "a\nb\n" };
const register = (at: Project, ...more: readonly string[]) =>
  stack(at.folder, ["models", "register", "doc-mednet", "model", ...more]);
const list = (at: Project) => stack(at.folder, ["models", "list"]);

describe("a model registry in a GitLab project", () => {
  it.each([
    ["a token that is not known", "nobody", "UNAUTHENTICATED", "does not know the token"],
    ["a token that has expired", "expired", "UNAUTHENTICATED", "has expired"],
    ["a token that was revoked", "revoked", "UNAUTHENTICATED", "was revoked"],
  ])("G04 says why it refuses %s", async (_, name, code, text) => {
    const gitlab = await gitlabOfTest(people);

    const { exit, stdout, stderr } = await list(projectOn(gitlab, {}, token(name)));

    expect([exit, stdout]).toEqual([4, ""]);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr.toLowerCase()).toContain(text);
    expect(stderr).not.toContain(token(name));
  });

  it("G04 does not say more to a stranger than that there is no such project, or none that they may see", async () => {
    const gitlab = await gitlabOfTest(people);

    const { exit, stdout, stderr } = await list(projectOn(gitlab, {}, token("stranger")));

    expect([exit, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(/no project|no such project/i);
  });

  it.each([
    ["a scope that only reads", "reads", "has not the scope"],
    ["a role that only reads", "guest", "may read the project"],
  ])("G04 says why it does not write with %s, and makes nothing", async (_, name, text) => {
    const gitlab = await gitlabOfTest(people);
    const at = projectOn(gitlab, files, token(name));

    const { exit, stderr } = await register(at);

    expect(exit).toBe(4);
    expect(stderr).toContain("[FORBIDDEN]");
    expect(stderr).toContain(text);
    expect((await list(projectOn(gitlab))).stdout).not.toContain("doc-mednet");
  });

  it("G04 says that the registry of the project is switched off", async () => {
    const gitlab = await gitlabOfTest(people);
    const at = projectOn(gitlab);
    at.write("stack.yaml", at.read("stack.yaml").replace("project: 1", "project: 2"));

    const { exit, stderr } = await list(at);

    expect(exit).not.toBe(0);
    expect(stderr).toContain("[UNSUPPORTED]");
    expect(stderr).toContain("model registry switched off");
  });

  it.each<[id: string, what: string, fault: Fault, path: string]>([
    ["G02", "fails once", internalError, "model-versions/create"],
    ["G03", "is asked too often", rateLimited(0), "files/weights.bin"],
    ["G07", "has done what was asked, and its answer is lost", { kind: "answer-lost" }, "model-versions/create"],
    ["G07", "has appended to the journal, and its answer is lost", { kind: "answer-lost" }, "set-experiment-tag"],
    ["G07", "has made the model, and its answer is cut", { kind: "answer-cut" }, "registered-models/create"],
    ["G07", "breaks off an upload", { kind: "hang-up" }, "files/weights.bin"],
  ])("%s registers a version once when GitLab %s", async (_id, _what, fault, path) => {
    const gitlab = await gitlabOfTest();
    const at = projectOn(gitlab, files);
    gitlab.misbehave({ path }, fault);

    await succeeded(register(at));

    const versions = await json<{ version: string }[]>(
      stack(at.folder, ["models", "versions", "doc-mednet", "--json"]),
    );
    expect(versions.map(({ version }) => version)).toEqual(["1.0.0"]);
  });

  it("G07 takes up an upload whose process was killed, with the files that are there", async () => {
    const gitlab = await gitlabOfTest();
    const at = projectOn(gitlab, files);
    gitlab.misbehave({ path: "files/weights.bin" }, { kind: "silence" });
    const killed = startStack(at.folder, ["models", "register", "doc-mednet", "model"]);
    await expect
      .poll(() => gitlab.requests.some(({ url }) => url.endsWith("weights.bin")), { timeout: 30_000 })
      .toBe(true);
    killed.kill("SIGKILL");
    await killed.ended;
    expect(await json(stack(at.folder, ["models", "versions", "doc-mednet", "--json"]))).toEqual([]);
    gitlab.requests.length = 0;

    expect((await register(at)).stdout).toContain("doc-mednet/1.0.0");

    const sent = gitlab.requests
      .filter(({ method }) => method === "PUT")
      .map(({ url }) => url.replace(/^.*\/files\//, ""));
    expect(sent).toEqual(["weights.bin", "modelstack/extra/environment.json"]);
  });

  it("G10 sends no token to another host, and makes nothing", async () => {
    const [gitlab, other] = [await gitlabOfTest(), await gitlabOfTest()];
    const at = projectOn(gitlab, files);
    gitlab.misbehave({ path: "files/weights.bin" }, redirected(`${other.url}/api/v4/version`, 307));

    const { exit, stderr } = await register(at);

    expect([exit, other.requests]).toEqual([6, []]);
    expect(stderr).not.toContain(TOKEN);
    expect((await list(at)).stdout).not.toContain("doc-mednet");
  });

  it("G17 finds a model among 10,000 experiments", async () => {
    const gitlab = await gitlabOfTest();
    const at = projectOn(gitlab, files);
    await succeeded(register(at));
    const url = `${gitlab.url}/api/v4/projects/1/ml/mlflow/api/2.0/mlflow/experiments/create`;
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    for (let made = 0; made < 10_000; made += 100)
      await Promise.all(
        Array.from({ length: 100 }, async (_, more) => {
          const body = JSON.stringify({ name: `experiment ${made + more}` });
          await (await fetch(url, { method: "POST", headers, body })).text();
        }),
      );
    gitlab.requests.length = 0;

    const models = await json<{ name: string }[]>(stack(at.folder, ["models", "list", "--json"]));

    expect(models.map(({ name }) => name)).toEqual(["doc-mednet"]);
    expect(gitlab.requests).toHaveLength(2);
  });

  it.each(["1", "v1.0"])("G18 refuses the version %s before anything is sent", async (version) => {
    const gitlab = await gitlabOfTest();
    const at = projectOn(gitlab, files);

    const { exit, stderr } = await register(at, "--version", version);

    expect([exit, gitlab.requests]).toEqual([2, []]);
    expect(stderr).toContain("[VERSION_INVALID]");
  });

  it("G18 takes v1.2.0 for 1.2.0", async () => {
    const gitlab = await gitlabOfTest();
    const at = projectOn(gitlab, files);

    expect((await register(at, "--version", "v1.2.0")).stdout).toContain("doc-mednet/1.2.0");
  });

  it("G19 refuses a file of 5 GB before anything is sent", async () => {
    const gitlab = await gitlabOfTest();
    const at = projectOn(gitlab, files);
    truncateSync(at.write("model/sparse.bin", ""), 5e9);

    const { exit, stderr } = await register(at);

    expect([exit, gitlab.requests]).toEqual([2, []]);
    expect(stderr).toContain("[FILE_TOO_LARGE]");
    expect(stderr).toContain("sparse.bin");
  });

  it("G19 says that GitLab takes no file of that size, and makes nothing", async () => {
    const gitlab = await gitlabOfTest({ maxFileSize: 5 });
    const at = projectOn(gitlab, files);

    const { exit, stderr } = await register(at);

    expect(exit).toBe(2);
    expect(stderr).toContain("[FILE_TOO_LARGE]");
    expect(stderr).toContain("too large");
    expect((await list(at)).stdout).not.toContain("doc-mednet");
  });
});

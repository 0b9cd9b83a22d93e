import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { once } from "node:events";
import { join } from "node:path";
import type { AddressInfo, Server } from "node:net";
import { gzipSync } from "node:zlib";
import {
  internalError,
  rateLimited,
  redirected,
  startGitlab,
  type Fault,
  type Seed,
} from "../../packages/gitlab-double/src/index.ts";
import { describe, expect, it, onTestFinished } from "vitest";
import { stack, startStack } from "../support/command.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";

// What the command says of a GitLab, a project or a token that cannot be used.

const TOKEN = "glpat-nobody-may-see-it";
const PATH = "biosignal/software/mednet";
const env = { GITLAB_TOKEN: TOKEN, HOME: "/nowhere" };

type Role = "guest" | "reporter" | "developer";

/** A double in which ada has the token. */
async function gitlab({
  token = {},
  role = "developer",
  ...more
}: { token?: object; role?: Role | "none" } & Partial<Seed> = {}) {
  const seed: Seed = {
    users: [{ username: "ada", tokens: [{ token: TOKEN, ...token }] }],
    projects: [{ path: PATH, members: role === "none" ? {} : { ada: role } }],
    ...more,
  };
  const running = await startGitlab(seed);
  onTestFinished(() => running.close());
  return running;
}

/** The address of a server of this process that is gone when the test ends. */
async function listening(server: Server, scheme = "http"): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    if ("closeAllConnections" in server) (server as ReturnType<typeof createServer>).closeAllConnections();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serving = (listener: RequestListener) => listening(createServer(listener));

/** A project whose stack is on GitLab. */
function projectOn(url: string, more = ""): Project {
  const at = project({
    "stack.yaml": `version: 1
active: gitlab
stacks:
  gitlab:
    experiment_tracker:
      flavor: gitlab
      url: "${url}"
      project: ${PATH}
${more}`,
    "pipeline.ts": pipelineFile(`
  const train = step({ name: "train" }, () => {});
  export default pipeline({ name: "training" }, () => { train(); });`),
  });
  onTestFinished(() => at[Symbol.dispose]());
  return at;
}

/** What a command says, without the token. */
async function said(url: string, argv: readonly string[], more: Record<string, string> = {}) {
  const outcome = await stack(projectOn(url).folder, argv, { env: { ...env, ...more } });
  expect(outcome.stdout + outcome.stderr).not.toContain(TOKEN);
  return outcome;
}

const list = ["experiments", "list"];
const run = ["run", "pipeline.ts"];

describe("a token or a project that cannot be used", () => {
  it.each<[string, Parameters<typeof gitlab>[0], readonly string[], number, RegExp]>([
    [
      "G04 a token that has expired",
      { token: { expired: true } },
      list,
      4,
      /has expired; it is from GITLAB_TOKEN\. \[UNAUTHENTICATED\]/,
    ],
    [
      "G04 a token that was revoked",
      { token: { revoked: true } },
      list,
      4,
      /was revoked; it is from GITLAB_TOKEN\. \[UNAUTHENTICATED\]/,
    ],
    [
      "G04 a token of another",
      { token: { token: "glpat-another-one" } },
      list,
      4,
      /does not know the token[^]*UNAUTHENTICATED[^]*Copy it again/,
    ],
    [
      "G04 a scope that is too small",
      { token: { scopes: ["read_user"] } },
      list,
      4,
      /has not the scope[^]*FORBIDDEN[^]*scope api/,
    ],
    [
      "G04 a scope that is for reading",
      { token: { scopes: ["read_api"] } },
      run,
      4,
      /has not the scope[^]*FORBIDDEN[^]*scope api/,
    ],
    [
      "G04 a project of others",
      { role: "none" },
      list,
      3,
      /no project biosignal.* no member[^]*PROJECT_NOT_FOUND[^]*project:/,
    ],
    ["G04 a user who may read and not write", { role: "reporter" }, run, 4, /ada may read[^]*FORBIDDEN[^]*Developer/],
    [
      "G04 a feature that is switched off",
      { projects: [{ path: PATH, members: { ada: "developer" }, features: { experiments: "disabled" } }] },
      list,
      2,
      /model experiments switched off[^]*UNSUPPORTED[^]*Settings > General/,
    ],
  ])("%s", async (_what, given, argv, exit, says) => {
    const outcome = await said((await gitlab(given)).url, argv);

    expect(outcome).toMatchObject({ exit, stdout: "", stderr: expect.stringMatching(says) as unknown });
    expect(outcome.stderr).toMatch(/^error: .*\nhelp: /m);
  });

  it("G04 no token at all, and that of a job, which does for files alone", async () => {
    const { url } = await gitlab();
    const none = await said(url, list, { GITLAB_TOKEN: "" });
    const job = {
      GITLAB_CI: "true",
      CI_API_V4_URL: `${url}/api/v4`,
      CI_PROJECT_ID: "1",
      CI_JOB_TOKEN: "glcbt-64_secret",
    };
    const ofJob = await said(url, list, { GITLAB_TOKEN: "", ...job });

    expect(none).toMatchObject({
      exit: 4,
      stderr: expect.stringMatching(/no token for http[^]*GITLAB_TOKEN/) as unknown,
    });
    expect(ofJob).toMatchObject({
      exit: 4,
      stderr: expect.stringMatching(/CI_JOB_TOKEN[^]*masked variable/) as unknown,
    });
    expect(ofJob.stderr).not.toContain("glcbt-64_secret");
  });

  it("a token in a .env beside stack.yaml is found", async () => {
    const at = projectOn((await gitlab()).url);
    at.write(".env", `GITLAB_TOKEN=${TOKEN}\n`);

    expect(await stack(at.folder, list, { env: { HOME: "/nowhere" } })).toMatchObject({ exit: 0 });
  });

  it("the end of a path that several projects have", async () => {
    const members = { ada: "developer" } as const;
    const { url } = await gitlab({ projects: [PATH, "ada/mednet"].map((path) => ({ path, members })) });
    const at = projectOn(url);
    at.write("stack.yaml", at.read("stack.yaml").replace(PATH, "mednet"));

    const { exit, stderr } = await stack(at.folder, list, { env });

    expect(exit).toBe(5);
    expect(stderr).toMatch(/2 projects .* end with mednet: ada\/mednet, biosignal\/software\/mednet\. \[AMBIGUOUS\]/);
  });
});

const json = { "content-type": "application/json" };
const html = "<html><body>Please log in</body></html>";

describe("a server that answers", () => {
  it.each<[string, string, RequestListener, number, RegExp]>([
    ["G05", "404", (_, to) => to.writeHead(404).end(html), 6, /SERVER_UNAVAILABLE[^]*url:/],
    [
      "G06",
      "a login page",
      (_, to) => to.writeHead(200, { "content-type": "text/html" }).end(html),
      6,
      /expected JSON, got text\/html[^]*Please log in/,
    ],
    ["G11", "itself", (from, to) => to.writeHead(307, { location: from.url }).end(), 6, /redirects more than 3 times/],
  ])("%s %s", async (_id, _what, listener, exit, says) => {
    const outcome = await said(await serving(listener), list);

    expect(outcome).toMatchObject({ exit, stdout: "", stderr: expect.stringMatching(says) as unknown });
    expect(outcome.stderr).toMatch(/^error: .*\nhelp: /);
  });

  it.each<[string, Fault]>([
    ["G02 with 500", internalError],
    ["G03 with 429 and Retry-After", rateLimited(0)],
    ["G07 with half of an answer", { kind: "answer-cut" }],
    ["G07 with none", { kind: "hang-up" }],
  ])("%s twice, and then well, which --verbose tells", async (_what, fault) => {
    const double = await gitlab();
    double.misbehave({ path: "experiments/list", times: 2 }, fault);

    const { exit, stdout, stderr } = await said(double.url, [...list, "--json", "--verbose"]);

    expect([exit, stdout.trim()]).toEqual([0, "[]"]);
    expect(stderr.match(/note: .*trying again/g)).toHaveLength(2);
  });

  it("G03 429 for a day", async () => {
    const double = await gitlab();
    double.misbehave({ path: "experiments/list" }, rateLimited(86_400));

    expect(await said(double.url, list)).toMatchObject({
      exit: 6,
      stderr: expect.stringContaining("wants 86400 s") as unknown,
    });
  });

  it("G09 200 MB in a small archive", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, " "));
    const url = await serving((_, to) => to.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb));

    expect(await said(url, list)).toMatchObject({ exit: 6, stderr: expect.stringContaining("64 MiB") as unknown });
  });

  it("G10 another host, which gets no token", async () => {
    const other = await gitlab();
    const double = await gitlab();
    double.misbehave({ path: "experiments/list" }, redirected(`${other.url}/api/v4/version`));

    const { exit, stderr } = await said(double.url, list);

    expect([exit, stderr.includes(double.url), stderr.includes(other.url)]).toEqual([6, true, true]);
    expect(other.requests).toEqual([]);
  });
});

describe("a server that cannot be used", () => {
  it("G01 since nobody listens, is named with the setting that says where it is", async () => {
    const { exit, stderr } = await said("http://127.0.0.1:1", list);

    expect(exit).toBe(6);
    expect(stderr).toMatch(/127\.0\.0\.1:1.*no connection.*tried 6 times.*\[SERVER_UNAVAILABLE\]\nhelp: .*url:/);
  });

  it("G12 since nobody vouches for its certificate, is named with the setting that does", async () => {
    const pem = join(import.meta.dirname, "..", "..", "packages", "mlflow-client", "src", "self-signed.fixture.pem");
    const tls = createTlsServer({ key: readFileSync(pem), cert: readFileSync(pem) }, (_, to) =>
      to.writeHead(401, json).end('{"message":"401 Unauthorized"}'),
    );
    const url = (await listening(tls, "https")).replace("127.0.0.1", "localhost");
    const trusting = projectOn(url, "      ca_file: ca.pem\n");
    trusting.write("ca.pem", readFileSync(pem));

    expect(await said(url, list)).toMatchObject({ exit: 6, stderr: expect.stringContaining("ca_file:") as unknown });
    expect(await stack(trusting.folder, list, { env })).toMatchObject({ exit: 4 });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("G08 since it says nothing, is left alone at %s", async (signal) => {
    let heard: () => void;
    const asking = new Promise<void>((resolve) => (heard = resolve));
    const url = await serving(() => heard());
    const running = startStack(projectOn(url).folder, run, { env });
    await asking;
    running.kill(signal);

    const { exit, stderr } = await running.ended;

    expect(exit).toBe(signal === "SIGINT" ? 130 : 143);
    expect(stderr).toContain("[RUN_CANCELLED]");
  });
});

describe("a server that goes away while a run goes on", () => {
  it("G13 gets all of it once it is back, in its order, with one warning", async () => {
    const double = await gitlab();
    const at = projectOn(double.url);
    at.write(
      "pipeline.ts",
      pipelineFile(`
  import { existsSync } from "node:fs";
  import { setTimeout } from "node:timers/promises";
  const train = step({ name: "train" }, async (_, { tracker }) => {
    console.log("it learns");
    while (!existsSync("go on")) await setTimeout(20);
    for (let at = 0; at < 3000; at++) tracker.logMetric("loss", 1 / (at + 1), { step: at });
    await tracker.logParam("optimizer", "adam");
    await tracker.setTag("phase", "early");
    await tracker.logText("notes.md", "first");
    await tracker.setTag("phase", "late");
  });
  export default pipeline({ name: "training" }, () => { train(); });`),
    );
    const running = startStack(at.folder, run, { env });
    await running.said("it learns");
    // As often as is tried while a training waits: points and all else are sent at the same time.
    double.misbehave({ path: "/api/v4/", times: 6 }, { kind: "answer", status: 503 });
    at.write("go on", "");

    const { exit, stderr } = await running.ended;
    // What was left of the faults has met what looked whether it is back.
    expect(await stack(at.folder, ["runs", "flush", "latest"], { env })).toMatchObject({ exit: 0 });

    expect([exit, stderr.match(/warning: .*waits in .*spool.gitlab/g)?.length]).toEqual([0, 1]);
    const listed = ["runs", "list", "--json", "--filter", "tags.phase = 'late' AND params.optimizer = 'adam'"];
    const [found] = JSON.parse((await stack(at.folder, listed, { env })).stdout) as { metrics: { loss: object } }[];
    expect(found).toMatchObject({ status: "finished", metrics: { loss: { step: 2999 } } });
  });
});

describe("a configuration that cannot be used", () => {
  const refused = async (tracker: string, more: Record<string, string> = {}) => {
    using at = project({
      "stack.yaml": `version: 1\nactive: gitlab\nstacks:\n  gitlab:\n    experiment_tracker: ${tracker}\n    model_registry: { flavor: gitlab }\n`,
    });
    return stack(at.folder, ["validate"], { env: { ...env, ...more } });
  };

  it.each([
    ["A05 an unknown key", "{ flavor: gitlab, projekt: a/b }", /projekt[^]*project/],
    ["A07 a list", "{ flavor: gitlab, project: [a] }", /project/],
    ["A17 a variable that is not set", '{ flavor: gitlab, token: "${env:ABSENT_TOKEN}" }', /ABSENT_TOKEN/],
    ["A21 no address", "{ flavor: gitlab, url: gitlab.example.org }", /http:\/\//],
    [
      "J01 a password in the address",
      '{ flavor: gitlab, url: "https://ada:pass-word-1@gitlab.example.org" }',
      /token:[^]*GITLAB_TOKEN/,
    ],
    ["a project that is no path", "{ flavor: gitlab, project: /a/b/ }", /group\/project/],
    ["a registry on GitLab beside a local tracker", "{ flavor: local }", /REGISTRY_FLAVOR_MISMATCH[^]*flavor: gitlab/],
  ])("%s", async (_what, tracker, says) => {
    const { exit, stderr } = await refused(tracker);

    expect(exit).toBe(2);
    expect(stderr).toMatch(says);
    expect(stderr).toContain("stack.yaml");
    expect(stderr).not.toContain("pass-word-1");
  });

  it("python-gitlab's, with file and line, and without the line, which may hold a token", async () => {
    const at = projectOn("https://gitlab.example.org");
    const cfg = at.write("python-gitlab.cfg", "[global]\ndefault = a\n[a]\nglpat-lost-token-of-ada\n");

    const { exit, stderr } = await stack(at.folder, list, {
      env: { ...env, GITLAB_TOKEN: "", PYTHON_GITLAB_CFG: cfg },
    });

    expect(exit).toBe(2);
    expect(stderr).toMatch(/python-gitlab\.cfg[^]*line 4[^]*FLAVOR_CONFIG_INVALID/);
    expect(stderr).not.toContain("glpat-lost-token-of-ada");
  });
});

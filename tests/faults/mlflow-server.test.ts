import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { once } from "node:events";
import { join } from "node:path";
import type { AddressInfo, Server } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { stack, startStack } from "../support/command.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";

// What the command says of an MLflow server that misbehaves. How often is tried again, and all else of the protocol, is tested with the client.

const TOKEN = "token-nobody-may-see";

/** The address of a server of this process that is gone when the test ends. */
async function listening(server: Server, scheme = "http"): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serving = (listener: RequestListener) => listening(createServer(listener));

/** A project whose stack is on a server, and which has a token for it. */
function projectOn(url: string, more = ""): Project {
  const at = project({
    "stack.yaml": `version: 1
active: mlflow
stacks:
  mlflow:
    experiment_tracker:
      flavor: mlflow
      tracking_uri: "${url}"
      token: "\${env:MLFLOW_TRACKING_TOKEN}"
${more}`,
    "pipeline.ts": pipelineFile(`
  const train = step({ name: "train" }, () => {});
  export default pipeline({ name: "training" }, () => { train(); });`),
  });
  onTestFinished(() => at[Symbol.dispose]());
  return at;
}

/** Lists the experiments of a server. */
async function asked(url: string, ...argv: string[]) {
  const env = { MLFLOW_TRACKING_TOKEN: TOKEN };
  const outcome = await stack(projectOn(url).folder, ["experiments", "list", ...argv], { env });
  expect(outcome.stdout + outcome.stderr).not.toContain(TOKEN);
  return outcome;
}

const json = { "content-type": "application/json" };
const html = "<html><body>Please log in</body></html>";

describe("a server that answers", () => {
  it.each<[string, string, RequestListener, number, RegExp]>([
    ["G03", "429 for a day", (_, to) => to.writeHead(429, { "retry-after": "86400" }).end(), 6, /wants 86400 s/],
    ["G04", "401", (_, to) => to.writeHead(401).end("who?"), 4, /UNAUTHENTICATED[^]*MLFLOW_TRACKING_TOKEN/],
    ["G04", "403", (_, to) => to.writeHead(403).end("no"), 4, /FORBIDDEN[^]*token:/],
    ["G05", "404", (_, to) => to.writeHead(404).end(html), 6, /SERVER_UNAVAILABLE[^]*tracking_uri:/],
    [
      "G06",
      "a login page",
      (_, to) => to.writeHead(200, { "content-type": "text/html" }).end(html),
      6,
      /expected JSON, got text\/html[^]*Please log in/,
    ],
    [
      "G10",
      "another host",
      (_, to) => to.writeHead(302, { location: "http://elsewhere.test/" }).end(),
      6,
      /127\.0\.0\.1.*redirects to http:\/\/elsewhere\.test/,
    ],
    ["G11", "itself", (from, to) => to.writeHead(307, { location: from.url }).end(), 6, /redirects more than 3 times/],
  ])("%s %s", async (_id, _what, listener, exit, says) => {
    const outcome = await asked(await serving(listener));

    expect(outcome).toMatchObject({ exit, stdout: "", stderr: expect.stringMatching(says) as unknown });
    expect(outcome.stderr).toMatch(/^error: .*\nhelp: /);
  });

  it("G02 503 twice, and then well, which --verbose tells", async () => {
    let answers = 0;
    const url = await serving((_, to) => {
      if (answers++ < 2) to.writeHead(503).end("starting");
      else to.writeHead(200, json).end("{}");
    });

    const { exit, stderr } = await asked(url, "--verbose");

    expect([exit, answers]).toEqual([0, 3]);
    expect(stderr.match(/note: .*503.*trying again/g)).toHaveLength(2);
  });

  it("G09 200 MB in a small archive", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, " "));
    const url = await serving((_, to) => to.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb));

    expect(await asked(url)).toMatchObject({ exit: 6, stderr: expect.stringContaining("64 MiB") as unknown });
  });
});

describe("a server that cannot be used", () => {
  it("G01 since nobody listens, is named with the setting that says where it is", async () => {
    const { exit, stderr } = await asked("http://127.0.0.1:1");

    expect(exit).toBe(6);
    expect(stderr).toMatch(
      /127\.0\.0\.1:1.*no connection.*tried 6 times.*\[SERVER_UNAVAILABLE\]\nhelp: .*tracking_uri:/,
    );
  });

  it("G12 since nobody vouches for its certificate, is used once ca_file does", async () => {
    const pem = join(import.meta.dirname, "..", "..", "packages", "mlflow-client", "src", "self-signed.fixture.pem");
    const tls = createTlsServer({ key: readFileSync(pem), cert: readFileSync(pem) }, (_, to) =>
      to.writeHead(200, json).end("{}"),
    );
    const url = (await listening(tls, "https")).replace("127.0.0.1", "localhost");
    const env = { MLFLOW_TRACKING_TOKEN: TOKEN };
    const trusting = projectOn(url, "      ca_file: ca.pem\n");
    trusting.write("ca.pem", readFileSync(pem));

    expect(await asked(url)).toMatchObject({ exit: 6, stderr: expect.stringContaining("ca_file:") as unknown });
    expect(await stack(trusting.folder, ["experiments", "list"], { env })).toMatchObject({ exit: 0 });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("G08 since it says nothing, is left alone at %s", async (signal) => {
    let heard: () => void;
    const asking = new Promise<void>((resolve) => (heard = resolve));
    const url = await serving(() => heard());
    const run = startStack(projectOn(url).folder, ["run", "pipeline.ts"], { env: { MLFLOW_TRACKING_TOKEN: TOKEN } });
    await asking;
    run.kill(signal);

    const { exit, stderr } = await run.ended;

    expect(exit).toBe(signal === "SIGINT" ? 130 : 143);
    expect(stderr).toContain("[RUN_CANCELLED]");
  });
});

describe("stack validate", () => {
  const refused = async (tracker: string) => {
    using at = project({
      "stack.yaml": `version: 1
active: mlflow
stacks:
  mlflow:
    experiment_tracker: ${tracker}
    model_registry: { flavor: mlflow }
`,
    });
    return stack(at.folder, ["validate"]);
  };

  it("refuses a registry on MLflow beside a local tracker, and says what to change", async () => {
    const { exit, stderr } = await refused("{ flavor: local }");

    expect(exit).toBe(2);
    expect(stderr).toMatch(/REGISTRY_FLAVOR_MISMATCH[^]*experiment_tracker to { flavor: mlflow }/);
  });

  it("refuses the address of a GitLab project, with the lines of its own flavor", async () => {
    const { exit, stderr } = await refused(
      '{ flavor: mlflow, tracking_uri: "https://gitlab.example.org/api/v4/projects/7/ml/mlflow" }',
    );

    expect(exit).toBe(2);
    expect(stderr).toMatch(/FLAVOR_CONFIG_INVALID[^]*stack\.yaml|stack\.yaml[^]*FLAVOR_CONFIG_INVALID/);
    expect(stderr).toContain("experiment_tracker: { flavor: gitlab, url: https://gitlab.example.org, project: 7 }");
  });
});

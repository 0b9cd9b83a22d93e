import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { stack, startStack } from "../support/command.ts";
import { project, type Project } from "../support/project.ts";

const TOKEN = "tok-9f8e7d6c5b4a";

async function serverThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A project whose registry is on such a server. */
function projectOn(url: string): Project {
  const at = project({
    "stack.yaml": `version: 1
active: team
stacks:
  team:
    experiment_tracker: { flavor: mlflow, tracking_uri: "${url}", token: "\${env:MLFLOW_TRACKING_TOKEN}" }
    model_registry: { flavor: mlflow }
`,
    ".env": `MLFLOW_TRACKING_TOKEN=${TOKEN}\n`,
  });
  onTestFinished(() => at[Symbol.dispose]());
  return at;
}

const json = (response: ServerResponse, body: object) =>
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));

const list = (at: Project) => stack(at.folder, ["models", "list"]);

describe("a model registry on a server that misbehaves", () => {
  it("G05 says that the address is wrong when there is no MLflow behind it", async () => {
    const url = await serverThat((_request, response) =>
      response.writeHead(404, { "content-type": "text/html" }).end("<html>no"),
    );

    const { exit, stdout, stderr } = await list(projectOn(`${url}/elsewhere`));

    expect([exit, stdout]).toEqual([6, ""]);
    expect(stderr).toContain("[SERVER_UNAVAILABLE]");
    expect(stderr).toContain("tracking_uri:");
  });

  it("G06 says what came in place of JSON, without the token that stands in it", async () => {
    const page = `<html><title>Sign in, ${TOKEN}</title>`;
    const url = await serverThat((_request, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end(page),
    );

    const { exit, stdout, stderr } = await list(projectOn(url));

    expect([exit, stdout]).toEqual([6, ""]);
    expect(stderr).toContain("expected JSON, got text/html: Sign in, ***");
    expect(stderr).not.toContain(TOKEN);
  });

  it("G07 asks again when an answer is cut", async () => {
    let count = 0;
    const url = await serverThat((request, response) => {
      const model = { name: "penguins", creation_timestamp: 1 };
      if (request.url!.includes("registered-models/get")) return void json(response, { registered_model: model });
      if (++count > 1) return void json(response, { registered_models: [model] });
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"registered_models": [', () => response.destroy());
    });

    const { exit, stdout } = await list(projectOn(url));

    expect(exit).toBe(0);
    expect(stdout).toContain("penguins");
    expect(count).toBe(2);
  });

  it("G08 ends at Ctrl-C while the server says nothing", async () => {
    let asked = (): void => undefined;
    const request = new Promise<void>((resolve) => (asked = resolve));
    const url = await serverThat(() => asked());
    const command = startStack(projectOn(url).folder, ["models", "load", "models:/penguins/1"]);
    await request;

    command.kill("SIGINT");

    expect(await command.ended).toMatchObject({ exit: 130, stdout: "" });
  });

  it("G09 reads no answer without end", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, " "));
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const url = await serverThat((_request, response) => response.writeHead(200, headers).end(bomb));

    const { exit, stderr } = await list(projectOn(url));

    expect(exit).toBe(6);
    expect(stderr).toContain("more than 64 MiB");
  });

  it("G10 does not follow to another host, and sends no token there", async () => {
    const seen: IncomingMessage[] = [];
    const other = await serverThat((request, response) => {
      seen.push(request);
      json(response, {});
    });
    const url = await serverThat((_request, response) =>
      response.writeHead(302, { location: `${other}/stolen` }).end(),
    );

    const { exit, stderr } = await list(projectOn(url));

    expect([exit, seen]).toEqual([6, []]);
    expect(stderr).toContain(new URL(other).host);
    expect(stderr).toContain(new URL(url).host);
    expect(stderr).not.toContain(TOKEN);
  });

  it("G16 keeps no file that is another than was registered", async () => {
    const digest = "a".repeat(64);
    const files = { model: { "m.bin": { size: 1, sha256: digest } }, extra: {} };
    const version = {
      name: "penguins",
      version: "1",
      source: "mlflow-artifacts:/1/r/artifacts/models/penguins/x",
      tags: [{ key: "modelstack.files", value: JSON.stringify({ digest: `sha256:${digest}`, files }) }],
    };
    const url = await serverThat((request, response) => {
      if (request.url!.includes("model-versions/get")) json(response, { model_version: version });
      else if (request.url!.includes("registered-models/get"))
        json(response, { registered_model: { name: "penguins" } });
      else response.writeHead(200).end("b");
    });
    const at = projectOn(url);

    const { exit, stdout, stderr } = await stack(at.folder, ["models", "load", "models:/penguins/1"]);

    expect([exit, stdout]).toEqual([7, ""]);
    expect(stderr).toContain("[DIGEST_MISMATCH]");
    expect(stderr).toContain(digest);
    const cache = join(at.folder, ".stack", "cache", "models");
    expect(existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith("sha256")) : []).toEqual([]);
    expect(readdirSync(join(cache, "incoming"))).toEqual([]);
  });
});

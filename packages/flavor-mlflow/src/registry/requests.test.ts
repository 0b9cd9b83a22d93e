import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf, type NewModelFile } from "@modelstack/core";
import { expect, it, onTestFinished } from "vitest";
import { describeWithMlflow } from "../../../../tests/support/mlflow.ts";
import { MlflowModelRegistry } from "./model-registry.ts";
import { connect } from "./registry.fixture.ts";

const by = { actor: "ada" };

/** Passes requests on to a server, and notes them. */
async function counting(url: string): Promise<{ readonly url: string; readonly made: string[] }> {
  const made: string[] = [];
  const proxy = createServer((incoming, response) => {
    made.push(nameOf(incoming));
    const { method, headers } = incoming;
    const onward = request(`${url}${incoming.url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => void proxy.close());
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, made };
}

/** `PUT a.bin`, `POST model-versions/create`. */
function nameOf({ method, url = "" }: IncomingMessage): string {
  const path = url.replace(/\?.*/, "");
  const call = /\/api\/2\.0\/mlflow\/(.*)/.exec(path)?.[1];
  return `${method} ${call ?? path.split("/").at(-1)}`;
}

describeWithMlflow("how often the server is asked", (url) => {
  const files = (): [NewModelFile, ...NewModelFile[]] => {
    const folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-requests-"));
    onTestFinished(() => folder.remove());
    const file = (path: string, part: "model" | "extra"): NewModelFile => {
      const localPath = join(folder.path, path);
      writeFileSync(localPath, path);
      return { part, path, localPath, size: path.length, digest: digestOf(path) };
    };
    return [
      file("a.bin", "model"),
      file("b.bin", "model"),
      file("c.bin", "model"),
      file("environment.json", "extra"),
    ] as const;
  };
  const uploads = ["PUT a.bin", "PUT b.bin", "PUT c.bin", "PUT environment.json", "PUT MLmodel"];

  it("needs ten requests for the first version of a model of three files, and eight for each after it", async () => {
    const { url: counted, made } = await counting(url);
    const server = connect(counted);
    onTestFinished(() => server[Symbol.asyncDispose]());
    const registry = new MlflowModelRegistry(server);
    const { info } = await server.client.runs.create();
    const given = files();
    const about = {
      model: `counted-${info.run_id}`,
      files: given,
      modelDigest: given[0].digest,
      trackedRunId: info.run_id,
    };
    made.length = 0;

    await registry.registerModelVersion(about, by);
    expect(made).toEqual([
      "GET runs/get",
      ...uploads,
      "GET registered-models/get",
      "GET experiments/get-by-name",
      "POST registered-models/create",
      "POST model-versions/create",
    ]);
    made.length = 0;

    await registry.registerModelVersion(about, by);
    expect(made).toEqual(["GET runs/get", ...uploads, "GET registered-models/get", "POST model-versions/create"]);
  });

  it("needs one request to look up a version, and one for the files of one", async () => {
    const { url: counted, made } = await counting(url);
    const server = connect(counted);
    onTestFinished(() => server[Symbol.asyncDispose]());
    const registry = new MlflowModelRegistry(server);
    const { info } = await server.client.runs.create();
    const given = files();
    const model = `looked-up-${info.run_id}`;
    await registry.registerModelVersion(
      { model, files: given, modelDigest: given[0].digest, trackedRunId: info.run_id },
      by,
    );
    made.length = 0;

    await registry.getModelVersion(model, "1");
    await registry.getLatestModelVersion(model, "None");
    await registry.listFiles(model, "1");

    expect(made).toEqual(["GET model-versions/get", "GET registered-models/get", "GET model-versions/get"]);
  });
});

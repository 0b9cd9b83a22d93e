import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MlflowClient, type RegisteredModel } from "@modelstack/mlflow-client";
import { expect, it, onTestFinished } from "vitest";
import { makeVersion } from "./make-version.ts";

const request = { name: "birds", source: "mlflow-artifacts:/1/r/artifacts/m", run_id: "r", description: "", tags: [] };
const model = (more: Partial<RegisteredModel> = {}): RegisteredModel => ({
  name: "birds",
  description: "",
  latest_versions: [],
  tags: [{ key: "modelstack.last_version", value: "0" }],
  aliases: [],
  ...more,
});

/** A server that makes versions whose states are these, one after the other; `asked` notes what it was asked to do. */
async function serverWith(states: readonly object[]) {
  const left = [...states];
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    const [, call = ""] = /mlflow\/([^?]*)/.exec(incoming.url!) ?? [];
    asked.push(`${incoming.method} ${call}`);
    const model_version = { name: "birds", version: "1", ...(left.length > 1 ? left.shift() : left[0]) };
    response.setHeader("content-type", "application/json");
    if (call === "experiments/get-by-name")
      response.writeHead(404).end(JSON.stringify({ error_code: "RESOURCE_DOES_NOT_EXIST", message: "none" }));
    else response.end(JSON.stringify(call.endsWith("delete") ? {} : { model_version }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new MlflowClient({ trackingUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  return { client, asked };
}

it("waits until the server has made a version ready", async () => {
  const pending = { status: "PENDING_REGISTRATION" };
  const { client, asked } = await serverWith([{}, pending, pending, { status: "READY" }]);

  expect(await makeVersion(client, request, model())).toMatchObject({ version: "1", status: "READY" });
  expect(asked.slice(2)).toEqual(["GET model-versions/get", "GET model-versions/get"]);
});

it("takes a version back that the server could not make ready, and says why", async () => {
  const { client, asked } = await serverWith([{}, { status: "FAILED_REGISTRATION", status_message: "disk full" }]);

  await expect(makeVersion(client, request, model())).rejects.toMatchObject({
    code: "SERVER_UNAVAILABLE",
    message: "MLflow has not made version 1 of birds ready: disk full.",
  });
  expect(asked.at(-1)).toBe("DELETE model-versions/delete");
});

it("writes the number that a version has into its tag, though another process was faster", async () => {
  const { client, asked } = await serverWith([{}, { version: "7" }]);

  expect(await makeVersion(client, request, model())).toMatchObject({ version: "7" });
  expect(asked).toContain("POST model-versions/set-tag");
});

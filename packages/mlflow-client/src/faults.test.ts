import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { clientOf, refusal } from "./client.fixture.ts";
import type { MlflowError } from "./errors.ts";
import { halfAnswer, hangUp, html, json, misbehaving, refuse, silence, type Answer } from "./misbehaving.fixture.ts";

const experiment = { experiment_id: "1", name: "penguins" };
const found = json({ experiment });
const ask = { experiment_id: "1" };
const TOKEN = "token-1f0e9d8c7b";

it("G01 names the host that refuses, and says how often it tried", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const client = clientOf(`http://127.0.0.1:${port}`, { retries: 1 });
  expect(await refusal(client.experiments.get(ask))).toMatchObject({
    code: "CONNECTION_FAILED",
    kind: "unavailable",
    message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*tried 2 times`)),
    hint: expect.stringContaining("MLFLOW_TRACKING_URI"),
  });
});

it("G01 names a host that has no address", async () => {
  const client = clientOf("http://mlflow.invalid:5000/base", { retries: 0 });
  const error = await refusal(client.experiments.get(ask));
  expect(error).toMatchObject({ code: "CONNECTION_FAILED", message: expect.stringContaining("mlflow.invalid:5000") });
});

it.each([500, 502, 503, 504, 408])("G02 tries again after %i, and tells who wants to know", async (status) => {
  const { url, asked } = await misbehaving(refuse(status, "TEMPORARILY_UNAVAILABLE"), html("Bad", status), found);
  const told: MlflowError[] = [];
  const client = clientOf(url, { onRetry: (error) => told.push(error) });
  expect(await client.experiments.get(ask)).toMatchObject(experiment);
  expect(asked).toHaveLength(3);
  expect(told.map((error) => error.status)).toEqual([status, status]);
});

it("G02 gives up in the end, with what the server said", async () => {
  const { url, asked } = await misbehaving(refuse(500, "INTERNAL_ERROR"));
  const error = await refusal(clientOf(url, { retries: 2 }).experiments.get(ask));
  expect(error).toMatchObject({ code: "INTERNAL_ERROR", kind: "failed", status: 500 });
  expect(error.message).toMatch(/it is INTERNAL_ERROR \(tried 3 times\)/);
  expect(asked).toHaveLength(3);
});

it("G03 waits as long as Retry-After says", async () => {
  const tooMany = refuse(429, "REQUEST_LIMIT_EXCEEDED", { "retry-after": "1" });
  let closedUntil = Number.POSITIVE_INFINITY;
  const { url, asked } = await misbehaving((response, request) => {
    const now = performance.now();
    if (now >= closedUntil) return found(response, request);
    closedUntil = now + 1000;
    tooMany(response, request);
  });
  expect(await clientOf(url).experiments.get(ask)).toMatchObject(experiment);
  expect(asked).toHaveLength(2);
});

it("G03 tries again when MLflow has no connection to its database left, which it says as if the request were wrong", async () => {
  const message = "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00";
  const { url, asked } = await misbehaving(json({ error_code: "BAD_REQUEST", message }, 400), found);
  expect(await clientOf(url).experiments.get(ask)).toMatchObject(experiment);
  expect(asked).toHaveLength(2);
});

it.each(["86400", new Date(Date.now() + 86_400_000).toUTCString()])(
  "G03 stops when Retry-After is too long: %s",
  async (wait) => {
    const { url, asked } = await misbehaving(refuse(429, "REQUEST_LIMIT_EXCEEDED", { "retry-after": wait }));
    const error = await refusal(clientOf(url).experiments.get(ask));
    expect(error).toMatchObject({ code: "RETRY_AFTER_TOO_LONG", kind: "unavailable", status: 429 });
    expect(error.message).toMatch(
      /the server wants 86[34]\d\d s before the next try, and the call has (300|299) s left/,
    );
    expect(asked).toHaveLength(1);
  },
);

it.each<[name: string, answer: Answer, expected: object]>([
  ["401 of MLflow", refuse(401, "UNAUTHENTICATED"), { code: "UNAUTHENTICATED", kind: "unauthenticated" }],
  ["401 in text", html("Who are you?", 401), { code: "UNAUTHENTICATED", kind: "unauthenticated" }],
  ["403 of MLflow", refuse(403, "PERMISSION_DENIED"), { code: "PERMISSION_DENIED", kind: "forbidden" }],
  ["403 in text", html("Invalid Host header", 403), { code: "PERMISSION_DENIED", kind: "forbidden" }],
])("G04 does not repeat %s, and says which variable to set", async (_, answer, expected) => {
  const { url, asked } = await misbehaving(answer);
  const error = await refusal(clientOf(url).experiments.get(ask));
  expect(error).toMatchObject({ ...expected, hint: expect.stringContaining("MLFLOW_TRACKING_TOKEN") });
  expect(asked).toHaveLength(1);
});

it("G05 says of a page that is not found that the address may be wrong", async () => {
  const { url } = await misbehaving(html("Not Found", 404));
  expect(await refusal(clientOf(`${url}/wrong`).experiments.get(ask))).toMatchObject({
    code: "ENDPOINT_NOT_FOUND",
    kind: "unsupported",
    message: expect.stringContaining("/wrong/api/2.0/mlflow/experiments/get: 404"),
    hint: expect.stringContaining("/api/v4/projects/1/ml/mlflow"),
  });
});

it("G05 understands an error in JSON that is not MLflow's", async () => {
  const { url } = await misbehaving(json({ message: "404 Project Not Found" }, 404));
  const error = await refusal(clientOf(url).experiments.get(ask));
  expect(error).toMatchObject({ kind: "unsupported", message: expect.stringContaining("404 Project Not Found") });
});

it("G06 shows the beginning of a login page, without the token", async () => {
  const { url, asked } = await misbehaving(html(`Sign in, ${TOKEN}, ${"please ".repeat(30)}`));
  const error = await refusal(clientOf(url, { auth: { token: TOKEN } }).experiments.get(ask));
  expect(error).toMatchObject({ code: "NOT_JSON", kind: "unavailable" });
  expect(error.message).toMatch(/expected JSON, got text\/html: Sign in, \*\*\*, please .{0,80}…$/);
  expect(asked).toHaveLength(1);
});

it("G06 refuses JSON that is not MLflow's, and a page where an empty answer was expected", async () => {
  const { url } = await misbehaving(json({ experiment: { id: 1 } }), html("Sign in"));
  const client = clientOf(url);
  const error = await refusal(client.experiments.get(ask));
  expect(error).toMatchObject({ code: "ANSWER_INVALID", message: expect.stringContaining("experiment_id") });
  expect(await refusal(client.runs.setTag({ run_id: "1", key: "a", value: "b" }))).toMatchObject({ code: "NOT_JSON" });
});

it.each([
  ["is cut", halfAnswer],
  ["does not come", hangUp],
])("G07 asks again when the answer %s", async (_, answer) => {
  const { url, asked } = await misbehaving(answer, found);
  expect(await clientOf(url).experiments.get(ask)).toMatchObject(experiment);
  expect(asked).toHaveLength(2);
});

it("G07 says in the end that the answer was cut", async () => {
  const { url } = await misbehaving(halfAnswer);
  const error = await refusal(clientOf(url, { retries: 0 }).experiments.get(ask));
  expect(error).toMatchObject({ code: "ANSWER_CUT", kind: "unavailable", outcome: "unknown" });
});

it("G08 gives up a server that says nothing, try by try", async () => {
  const { url, asked } = await misbehaving(silence);
  const error = await refusal(clientOf(url, { timeoutMs: 50, retries: 1 }).experiments.get(ask));
  expect(error).toMatchObject({ code: "TIMED_OUT", kind: "unavailable" });
  expect(asked).toHaveLength(2);
});

it("G08 has a deadline for all tries together, and says what happened until then", async () => {
  const { url } = await misbehaving(refuse(503, "TEMPORARILY_UNAVAILABLE"), silence);
  const error = await refusal(clientOf(url, { deadlineMs: 3000 }).experiments.get(ask));
  expect(error).toMatchObject({ code: "TIMED_OUT", kind: "unavailable" });
  expect(error.message).toMatch(/no answer within 3 s \(tried 2 times; before: .*it is TEMPORARILY_UNAVAILABLE\)/);
});

it("G08 stops at once when the caller does not want it any more", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const { url } = await misbehaving(() => controller.abort(reason));
  const asking = clientOf(url).experiments.get(ask, { signal: controller.signal });
  await expect(asking).rejects.toBe(reason);
});

it("G08 stops at once while it waits for the next try, and does not begin when it is too late", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const { url, asked } = await misbehaving(refuse(503, "TEMPORARILY_UNAVAILABLE", { "retry-after": "100" }));
  const client = clientOf(url, { onRetry: () => controller.abort(reason) });
  await expect(client.experiments.get(ask, { signal: controller.signal })).rejects.toBe(reason);
  await expect(client.experiments.get(ask, { signal: controller.signal })).rejects.toBe(reason);
  expect(asked).toHaveLength(1);
});

const MIB = 1024 * 1024;

it("G09 does not unpack a bomb", async () => {
  const bomb = gzipSync(Buffer.alloc(200 * MIB, " "));
  const { url } = await misbehaving((response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.end(bomb);
  });
  const error = await refusal(clientOf(url).experiments.get(ask));
  expect(error).toMatchObject({ code: "ANSWER_TOO_LARGE", message: expect.stringContaining("more than 64 MiB") });
});

it("G09 does not read an answer without end", async () => {
  const { url } = await misbehaving((response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      while (response.write(Buffer.alloc(MIB, " ")) && !response.destroyed);
    };
    response.on("drain", more);
    more();
  });
  expect(await refusal(clientOf(url).experiments.get(ask))).toMatchObject({ code: "ANSWER_TOO_LARGE" });
});

it("G09 unpacks what is packed honestly", async () => {
  const { url } = await misbehaving((response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.end(gzipSync(JSON.stringify({ experiment })));
  });
  expect(await clientOf(url).experiments.get(ask)).toMatchObject(experiment);
});

it("G10 follows no redirect to another host, names both, and sends the token to neither stranger", async () => {
  const stranger = await misbehaving(found);
  const { url } = await misbehaving((response) => response.writeHead(307, { location: `${stranger.url}/x` }).end());
  const client = clientOf(url, { auth: { token: TOKEN } });
  const error = await refusal(client.experiments.get(ask));
  expect(error).toMatchObject({ code: "REDIRECTED", kind: "unavailable" });
  expect(error.message).toContain(`${url} redirects to ${stranger.url}, which is not followed`);
  expect(stranger.asked).toEqual([]);
});

it("G10 sends no token to another server that an artifact URI names", async () => {
  const stranger = await misbehaving(json({ files: [{ path: "a", file_size: "3" }] }));
  const client = clientOf("http://127.0.0.1:9", { auth: { token: TOKEN } });
  const files = client.artifacts.files(`mlflow-artifacts://${new URL(stranger.url).host}/1/artifacts`);
  expect(await Array.fromAsync(files.list())).toEqual([{ path: "a", is_dir: false, file_size: 3 }]);
  expect(stranger.asked).toMatchObject([
    { url: "/api/2.0/mlflow-artifacts/artifacts?path=1%2Fartifacts", authorization: undefined },
  ]);
});

it("G11 follows a redirect within the host, but not in circles", async () => {
  const toItself: Answer = (response, { url }) => response.writeHead(308, { location: `${url}` }).end();
  const once = await misbehaving(toItself, found);
  expect(await clientOf(once.url).experiments.get(ask)).toMatchObject(experiment);
  const forever = await misbehaving(toItself);
  const error = await refusal(clientOf(forever.url).experiments.get(ask));
  expect(error).toMatchObject({ code: "REDIRECTED", message: expect.stringContaining("more than 3 times") });
});

it("G11 does not follow from http to https", async () => {
  const { url } = await misbehaving((response, { headers }) =>
    response.writeHead(301, { location: `https://${headers.host}/` }).end(),
  );
  const error = await refusal(clientOf(url).experiments.get(ask));
  expect(error.message).toMatch(/http:\/\/127.0.0.1:(\d+) redirects to https:\/\/127.0.0.1:\1, which is not followed/);
});

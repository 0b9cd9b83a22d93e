import { createServer, type RequestListener } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeWithMlflow } from "../../../tests/support/mlflow.ts";
import { checkServer } from "./check-server.ts";
import { serverAt } from "./server.fixture.ts";

/** A server of this process that is gone when the test ends; its address. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describeWithMlflow("looking at a server", (url) => {
  it("says what it can do, and leaves no file", async () => {
    const server = serverAt(url);

    const checks = await checkServer(server);

    expect(checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "server ok",
      "access ok",
      "calls ok",
      "artifacts ok",
      "clock ok",
    ]);
    expect(checks[0]?.message).toBe(`MLflow ${await server.version()} at ${url}`);
    const left = await Array.fromAsync(server.client.artifacts.files("mlflow-artifacts:/").list());
    expect(left.filter(({ path }) => path.startsWith("modelstack-doctor"))).toEqual([]);
  });
});

describe("looking at a server that is not well", () => {
  it("says that it cannot be reached, and which setting says where it is", async () => {
    const checks = await checkServer(serverAt("http://127.0.0.1:1"));

    expect(checks).toEqual([
      {
        name: "server",
        status: "fail",
        code: "SERVER_UNAVAILABLE",
        message: expect.stringContaining("127.0.0.1:1") as unknown,
        fix: expect.stringContaining("tracking_uri:") as unknown,
      },
    ]);
  });

  it("says that it does not take the token, without the token, and looks at the clock all the same", async () => {
    const url = await serving((request, response) => {
      const open = request.url === "/version" || request.url === "/health";
      response.writeHead(open ? 200 : 401).end(open ? "3.17.2" : `no ${request.headers.authorization}`);
    });

    const checks = await checkServer(serverAt(url, { token: "token-that-expired" }));

    expect(checks.map(({ name, status, code }) => [name, status, code])).toEqual([
      ["server", "ok", undefined],
      ["access", "fail", "UNAUTHENTICATED"],
      ["clock", "ok", undefined],
    ]);
    expect(JSON.stringify(checks)).not.toContain("token-that-expired");
    expect(checks[1]?.fix).toContain("token:");
  });

  it("warns of a clock that is an hour off", async () => {
    const url = await serving((_request, response) => {
      const date = new Date(Date.now() - 3_600_000).toUTCString();
      response.writeHead(200, { date, "content-type": "application/json" }).end("{}");
    });

    const clock = (await checkServer(serverAt(url))).find(({ name }) => name === "clock");

    expect(clock).toMatchObject({
      status: "warn",
      message: expect.stringMatching(/^the server's is 3[56]\d\d s behind/),
    });
    expect(clock?.fix).toMatch(/clock/);
  });
});

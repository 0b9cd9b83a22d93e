import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { clientOf, refusal } from "./client.fixture.ts";
import { json, misbehaving } from "./misbehaving.fixture.ts";

const experiment = { experiment_id: "1", name: "penguins" };
const ask = { experiment_id: "1" };

/** A proxy that leads every name to this machine, and says what it was asked for. */
async function proxy() {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { port, pathname, search } = new URL(incoming.url!);
    const onward = request(
      { host: "127.0.0.1", port, path: pathname + search, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  server.on("connect", ({ url = "" }, client) => {
    asked.push(`CONNECT ${url}`);
    const onward = connect(Number(url.split(":")[1]), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onward.pipe(client).pipe(onward);
    });
    for (const socket of [onward, client]) socket.on("error", () => onward.destroy());
  });
  return { asked, url: await listening(server) };
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(() => {
  for (const name of ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"])
    vi.stubEnv(name, undefined);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

it("goes through the proxy that HTTP_PROXY names", async () => {
  const { url } = await misbehaving(json({ experiment }));
  const server = `http://mlflow.invalid:${new URL(url).port}`;
  const { asked, url: through } = await proxy();
  vi.stubEnv("HTTP_PROXY", through);

  expect(await clientOf(server, { proxies: "environment" }).experiments.get(ask)).toMatchObject(experiment);
  expect(asked).toEqual([`GET ${server}/api/2.0/mlflow/experiments/get?experiment_id=1`]);
});

it("goes through a tunnel of the proxy that HTTPS_PROXY names, and trusts whom it is told to", async () => {
  const pem = readFileSync(join(import.meta.dirname, "self-signed.fixture.pem"));
  const secure = createTlsServer({ key: pem, cert: pem }, (asking, answer) => json({ experiment })(answer, asking));
  const { port } = new URL(await listening(secure));
  const { asked, url: through } = await proxy();
  vi.stubEnv("HTTPS_PROXY", through);
  const server = `https://localhost:${port}`;
  const options = { proxies: "environment", retries: 0 } as const;

  expect(await refusal(clientOf(server, options).experiments.get(ask))).toMatchObject({ code: "CERTIFICATE_REFUSED" });
  const caFile = join(import.meta.dirname, "self-signed.fixture.pem");
  expect(await clientOf(server, { ...options, caFile }).experiments.get(ask)).toMatchObject(experiment);
  expect(asked).toEqual([`CONNECT localhost:${port}`, `CONNECT localhost:${port}`]);
});

it("goes to hosts in NO_PROXY itself, and to all if nobody asks for proxies", async () => {
  const { url } = await misbehaving(json({ experiment }));
  const { asked, url: through } = await proxy();
  vi.stubEnv("HTTP_PROXY", through);

  expect(await clientOf(url).experiments.get(ask)).toMatchObject(experiment);
  vi.stubEnv("NO_PROXY", "127.0.0.1");
  expect(await clientOf(url, { proxies: "environment" }).experiments.get(ask)).toMatchObject(experiment);
  expect(asked).toEqual([]);
});

import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientOf, refusal } from "./client.fixture.ts";
import { MlflowClient } from "./client.ts";
import { json, misbehaving } from "./misbehaving.fixture.ts";
import { settingsFromEnvironment, type MlflowAuth } from "./settings.ts";

const found = json({ experiment: { experiment_id: "1", name: "penguins" } });
const ask = { experiment_id: "1" };

describe("who asks", () => {
  const basic = `Basic ${Buffer.from("ada:p:§").toString("base64")}`;

  it.each<[name: string, auth: MlflowAuth | undefined, expected: string | undefined]>([
    ["nobody", undefined, undefined],
    ["a token", { token: "abc" }, "Bearer abc"],
    ["a user", { username: "ada", password: "p:§" }, basic],
  ])("%s", async (_, auth, expected) => {
    const { url, asked } = await misbehaving(found);
    await clientOf(url, { auth }).experiments.get(ask);
    expect(asked[0]?.authorization).toBe(expected);
  });

  it("is taken from a file, whose end of line does not count", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "mlflow-client-"));
    const tokenFile = join(folder.path, "token");
    writeFileSync(tokenFile, "abc\n");
    const { url, asked } = await misbehaving(found);
    await clientOf(url, { auth: { tokenFile } }).experiments.get(ask);
    expect(asked[0]?.authorization).toBe("Bearer abc");
    const error = await refusal(clientOf(url, { auth: { tokenFile: `${tokenFile}x` } }).experiments.get(ask));
    expect(error).toMatchObject({ code: "SETTINGS_INVALID", message: expect.stringContaining(`${tokenFile}x`) });
  });

  it("is taken out of the address, and never shown", async () => {
    const { url, asked } = await misbehaving(json({ message: "no" }, 403), found);
    const client = clientOf(url.replace("//", "//ada:p%3A%C2%A7@"));
    const error = await refusal(client.experiments.get(ask));
    expect(asked[0]?.authorization).toBe(basic);
    expect(`${error.message}${error.hint}`).not.toMatch(/p%3A|p:§/);
  });

  it("cannot be asked with a token that no header takes, which is not shown", async () => {
    const { url } = await misbehaving(found);
    const error = await refusal(clientOf(url, { auth: { token: "a\nb-secret" } }).experiments.get(ask));
    expect(error.code).toBe("SETTINGS_INVALID");
    expect(error.message).not.toContain("secret");
  });
});

describe("the address", () => {
  it.each(["", "/", "/api/v4/projects/1/ml/mlflow", "/api/v4/projects/1/ml/mlflow/"])(
    "may end with %o",
    async (path) => {
      const { url, asked } = await misbehaving(found);
      await clientOf(`${url}${path}`).experiments.get(ask);
      const base = path.replace(/\/$/, "");
      expect(asked[0]?.url).toBe(`${base}/api/2.0/mlflow/experiments/get?experiment_id=1`);
    },
  );

  it.each(["./mlruns", "sqlite:///x.db", "file:///mlruns", "http://a b/", "http://host/?token=abc", "ada:s3cret@host"])(
    "cannot be %s",
    (trackingUri) => {
      expect(() => new MlflowClient({ trackingUri })).toThrow(
        expect.objectContaining({ code: "SETTINGS_INVALID", message: expect.not.stringMatching(/abc|s3cret/) }),
      );
    },
  );
});

describe("the environment", () => {
  it("says what MLflow's Python client reads there", () => {
    const environment = {
      MLFLOW_TRACKING_URI: "https://mlflow.example.org",
      MLFLOW_TRACKING_TOKEN: "abc",
      MLFLOW_TRACKING_SERVER_CERT_PATH: "/ca.pem",
      MLFLOW_TRACKING_CLIENT_CERT_PATH: "/client.pem",
      MLFLOW_HTTP_REQUEST_TIMEOUT: "30",
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: "2",
    };
    expect(settingsFromEnvironment(environment)).toEqual({
      proxies: "environment",
      trackingUri: "https://mlflow.example.org",
      auth: { token: "abc" },
      caFile: "/ca.pem",
      clientCertFile: "/client.pem",
      timeoutMs: 30_000,
      retries: 2,
    });
  });

  it("lets user and password win over a token, and needs both", () => {
    const user = { MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_TOKEN: "abc" };
    expect(settingsFromEnvironment(user).auth).toEqual({ token: "abc" });
    const both = { ...user, MLFLOW_TRACKING_PASSWORD: "p" };
    expect(settingsFromEnvironment(both).auth).toEqual({ username: "ada", password: "p" });
  });

  it("says nothing but where proxies are when it is empty", () => {
    expect(settingsFromEnvironment({ MLFLOW_TRACKING_URI: "" })).toEqual({ proxies: "environment" });
  });

  it.each([
    ["true", true],
    ["1", true],
    ["False", false],
  ])("MLFLOW_TRACKING_INSECURE_TLS=%s", (value, expected) => {
    expect(settingsFromEnvironment({ MLFLOW_TRACKING_INSECURE_TLS: value }).insecureTls).toBe(expected);
  });

  it.each([{ MLFLOW_TRACKING_INSECURE_TLS: "yes" }, { MLFLOW_HTTP_REQUEST_TIMEOUT: "2m" }])(
    "refuses %o",
    (environment) => {
      expect(() => settingsFromEnvironment(environment)).toThrow(expect.objectContaining({ code: "SETTINGS_INVALID" }));
    },
  );
});

describe("G12 a certificate that nobody vouches for", () => {
  const caFile = join(import.meta.dirname, "self-signed.fixture.pem");

  async function secureServer(): Promise<string> {
    const pem = readFileSync(caFile);
    const server = createServer({ key: pem, cert: pem }, (_, response) => {
      response.end(JSON.stringify({ experiment: { experiment_id: "1", name: "penguins" } }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("is refused, and it is said which setting names its authority", async () => {
    const error = await refusal(clientOf(await secureServer()).experiments.get(ask));
    expect(error).toMatchObject({ code: "CERTIFICATE_REFUSED", kind: "unavailable", outcome: "refused" });
    expect(error.hint).toContain("caFile, or MLFLOW_TRACKING_SERVER_CERT_PATH");
  });

  it("is trusted when its file is named, or when any is", async () => {
    const url = await secureServer();
    for (const options of [{ caFile }, { insecureTls: true }])
      expect(await clientOf(url, options).experiments.get(ask)).toMatchObject({ name: "penguins" });
  });

  it("cannot be looked up in a file that is not there", async () => {
    const error = await refusal(clientOf("https://127.0.0.1:9", { caFile: "/no/ca.pem" }).experiments.get(ask));
    expect(error).toMatchObject({ code: "SETTINGS_INVALID", message: expect.stringContaining("/no/ca.pem") });
  });
});

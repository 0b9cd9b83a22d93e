import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { serverAt } from "../server.fixture.ts";
import { programEnvironment } from "./environment.ts";

const variablesAt = (uri: string) => ({ MLFLOW_TRACKING_URI: uri, MLFLOW_EXPERIMENT_ID: "7", MLFLOW_RUN_ID: "abc" });

it("gives programs address, experiment and run, and the password apart", async () => {
  const server = serverAt("https://ada:pass-word@example.org/mlflow/", { insecure_tls: true, ca_file: "ca.pem" });

  expect(await programEnvironment(server, "abc", "7")).toEqual({
    variables: {
      ...variablesAt("https://example.org/mlflow"),
      MLFLOW_TRACKING_INSECURE_TLS: "true",
      MLFLOW_TRACKING_SERVER_CERT_PATH: "/project/ca.pem",
    },
    secrets: { MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_PASSWORD: "pass-word" },
  });
});

it("gives programs the token, wherever it stands", async () => {
  const folder = mkdtempSync(join(tmpdir(), "modelstack-token-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "token"), "token-in-file\n");
  const inFile = serverAt("http://example.org", { token_file: relative("/project", join(folder, "token")) });

  expect(
    (await programEnvironment(serverAt("http://example.org", { token: "token-given" }), "abc", "7")).secrets,
  ).toEqual({
    MLFLOW_TRACKING_TOKEN: "token-given",
  });
  expect(await programEnvironment(inFile, "abc", "7")).toEqual({
    variables: variablesAt("http://example.org"),
    secrets: { MLFLOW_TRACKING_TOKEN: "token-in-file" },
  });
});

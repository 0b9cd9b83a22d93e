import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeWithMlflow } from "../../../tests/support/mlflow.ts";
import { trackerConfig } from "./config.ts";
import { serverAt } from "./server.fixture.ts";

describeWithMlflow("a server", (url) => {
  it("says its version", async () => {
    expect(await serverAt(url).version()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it("says what it refuses, in its own words", async () => {
    const refused = serverAt(url).call((client) => client.runs.get({ run_id: "no such run" }));

    await expect(refused).rejects.toMatchObject({
      code: "SERVER_REFUSED",
      message: expect.stringContaining("no such"),
    });
  });
});

describe("what a server answers", () => {
  const answers: [number, string][] = [
    [401, "UNAUTHENTICATED"],
    [403, "FORBIDDEN"],
    [404, "SERVER_UNAVAILABLE"],
  ];
  it.each(answers)("%i is %s, and says the setting of stack.yaml to look at", async (status, code) => {
    const answering = createServer((_request, response) => response.writeHead(status).end("no")).listen(0, "127.0.0.1");
    await once(answering, "listening");
    onTestFinished(() => void answering.close());
    const { port } = answering.address() as AddressInfo;

    const refused = serverAt(`http://ada:pass-word@127.0.0.1:${port}`).call((client) => client.experiments.search());

    await expect(refused).rejects.toMatchObject({ code, hint: expect.stringContaining("stack.yaml") });
    await expect(refused).rejects.not.toThrow("pass-word");
  });
});

describe("the configuration", () => {
  const uri = "http://127.0.0.1:5000";
  it.each([
    [{ tracking_uri: uri, token: "a", token_file: "b" }, "only one"],
    [{ tracking_uri: uri, password: "a" }, "no username"],
    [{ tracking_uri: uri, username: "a" }, "no password"],
    [{ tracking_uri: "sqlite:///mlflow.db" }, "http://"],
    [{ tracking_uri: "https://gitlab.example.org/api/v4/projects/7/ml/mlflow" }, "a GitLab project"],
  ])("%j is refused", (config, why) => {
    expect(trackerConfig.safeParse(config).error?.message).toContain(why);
  });
});

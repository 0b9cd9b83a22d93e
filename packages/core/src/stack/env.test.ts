import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { maskSecrets } from "../secrets.ts";
import { looksSecret } from "../secrets.ts";
import { environmentFor, expandEnvironment } from "./env.ts";
import { YamlSource } from "./yaml-source.ts";

const nowhere = () => ({ file: "stack.yaml" });

describe("expandEnvironment", () => {
  it("replaces variables in texts, at any depth, several in one", () => {
    const value = { url: "${env:SCHEME}://${env:HOST}/x", list: ["${env:HOST}", 3, null], on: true };
    expect(expandEnvironment(value, { SCHEME: "https", HOST: "h" }, nowhere)).toEqual({
      url: "https://h/x",
      list: ["h", 3, null],
      on: true,
    });
  });

  it("A17 refuses a variable that is not set, naming it and the line", () => {
    const source = YamlSource.parse("stack.yaml", "a: 1\nuri: https://${env:MLFLOW_HOST}/x\n");
    expect(() => expandEnvironment(source.data, {}, (path) => source.locate(path))).toThrow(
      expect.objectContaining({
        code: "ENV_MISSING",
        kind: "invalid",
        message: "the environment variable MLFLOW_HOST is not set",
        hint: expect.stringContaining("export MLFLOW_HOST=…"),
        location: { file: "stack.yaml", line: 2, column: 6, text: "uri: https://${env:MLFLOW_HOST}/x" },
      }),
    );
  });

  it("A17 takes a variable that is set to nothing", () => {
    expect(expandEnvironment("x${env:EMPTY}y", { EMPTY: "" }, nowhere)).toBe("xy");
  });

  it("A15 refuses names that every object has", () => {
    expect(() => expandEnvironment("${env:toString}", {}, nowhere)).toThrow("toString is not set");
    expect(() => expandEnvironment("${env:constructor}", process.env, nowhere)).toThrow("constructor is not set");
  });

  it("inserts values as they are, whatever is in them", () => {
    expect(expandEnvironment("${env:A}", { A: "$& $1 ${env:B}" }, nowhere)).toBe("$& $1 ${env:B}");
  });

  it("J01 makes known as secrets what a token's key or variable holds", () => {
    const environment = { GITLAB_TOKEN: "value-of-the-variable", X: "value-of-the-key" };
    expandEnvironment(
      { a: "${env:GITLAB_TOKEN}", token: "${env:X}", password: "value-written-inline" },
      environment,
      nowhere,
    );
    expect(maskSecrets("value-of-the-variable value-of-the-key value-written-inline")).toBe("*** *** ***");
  });

  it("leaves other values to be seen", () => {
    expandEnvironment({ url: "${env:HOST}", name: "written-inline" }, { HOST: "visible-host" }, nowhere);
    expect(maskSecrets("visible-host written-inline")).toBe("visible-host written-inline");
  });
});

describe("environmentFor", () => {
  /** A folder with a stack.yaml's path in it, and a .env. */
  function project(env?: string) {
    const folder = mkdtempDisposableSync(join(tmpdir(), "env-"));
    if (env !== undefined) writeFileSync(join(folder.path, ".env"), env);
    return { folder: folder.path, stackFile: join(folder.path, "stack.yaml"), [Symbol.dispose]: () => folder.remove() };
  }

  it("adds what a .env beside stack.yaml says, behind what is set already", () => {
    using p = project('# comment\nMODELSTACK_TEST_NEW="a b"\nPATH=/overridden\n');
    const environment = environmentFor(p.stackFile);
    expect(environment["MODELSTACK_TEST_NEW"]).toBe("a b");
    expect(environment["PATH"]).toBe(process.env["PATH"]);
  });

  it("A16 reads a .env with a byte order mark and CRLF", () => {
    using p = project("\uFEFFMODELSTACK_TEST_FIRST=1\r\nMODELSTACK_TEST_SECOND=2\r\n");
    expect(environmentFor(p.stackFile)).toMatchObject({ MODELSTACK_TEST_FIRST: "1", MODELSTACK_TEST_SECOND: "2" });
  });

  it("is that of the process without a .env, and with a virtual environment of that name", () => {
    using p = project();
    expect(environmentFor(p.stackFile)).toEqual(process.env);
    mkdirSync(join(p.folder, ".env"));
    expect(environmentFor(p.stackFile)).toEqual(process.env);
    expect(environmentFor(undefined)).toBe(process.env);
  });
});

describe("looksSecret", () => {
  it.each(["token", "GITLAB_TOKEN", "password", "db_passwd", "api_key", "apiKey", "private-key", "client_secret"])(
    "is true for %s",
    (name) => {
      expect(looksSecret(name)).toBe(true);
    },
  );

  it.each(["tracking_uri", "flavor", "name", "key", "project"])("is false for %s", (name) => {
    expect(looksSecret(name)).toBe(false);
  });
});

import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "./support/kept.ts";
import { localRegistry } from "./support/local-registry.ts";
import { userEnvironment } from "./support/packed-project.ts";

const run = promisify(execFile);

/** The commands that `stack init` prints, each in a line of its own. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/^ {2}(\S.*)$/gm)].map(([, command]) => command!);
}

describe("a project made by stack init, with the packages as npm would publish them", () => {
  const home = temporaryFolder("modelstack-init");
  const birds = join(home.path, "birds");
  let registry: Awaited<ReturnType<typeof localRegistry>>;
  let commands: string[];

  const shell = (script: string, cwd = birds) =>
    run("bash", ["-ec", script], {
      cwd,
      env: { ...userEnvironment, npm_config_registry: registry.url, npm_config_prefer_offline: "true" },
    });

  beforeAll(async () => {
    registry = await localRegistry();
    await shell("mkdir tool && cd tool && npm init -y && npm install --no-audit --no-fund modelstack", home.path);
    const { stdout } = await shell("tool/node_modules/.bin/modelstack init birds", home.path);
    commands = commandsIn(stdout);
  }, 180_000);
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    // Two hundred megabytes, in which the last test would look for secrets.
    for (const name of ["birds", "tool"])
      rmSync(join(home.path, name, "node_modules"), { recursive: true, force: true });
    home[Symbol.dispose]();
  });

  it("has three commands to go on with, which do what they say as they are typed", { timeout: 180_000 }, async () => {
    expect(commands).toEqual(["cd birds && npm install", "npx modelstack run pipeline.ts", "npx node predict.ts"]);
    const { stdout } = await shell(commands.join("\n"), home.path);
    expect(stdout).toMatch(/^registered penguins\/1$/m);
    expect(stdout).toMatch(/^penguins version 1\n39\.1, .* -> Adelie\n49\.6, .* -> Chinstrap\n50\.4, .* -> Gentoo$/m);
  });

  it("has types that are right, without leaving out those of packages", async () => {
    expect((await shell("npx tsc")).stdout).toBe("");
    expect(readFileSync(join(birds, "tsconfig.json"), "utf8")).not.toContain("skipLibCheck");
  });

  it("depends on what is installed, and runs Node 24 whatever the machine has", async () => {
    const { stdout } = await shell("npx node --version && npm ls --depth 0");
    expect(stdout).toMatch(/^v24\./);
    expect(stdout).not.toMatch(/invalid|UNMET|missing/);
  });

  it("learns: the version says how well, and its loss went down", async () => {
    const { stdout } = await shell("npx modelstack models show penguins/1 --json");
    const { metrics } = JSON.parse(stdout) as { metrics: Record<string, number> };
    expect(metrics["accuracy"]).toBeGreaterThan(0.95);
    expect(metrics["train.loss"] ?? metrics["loss"]).toBeLessThan(0.1);
  });

  it("has a stack.yaml whose schema editors find beside it, and which fits", async () => {
    const yaml = readFileSync(join(birds, "stack.yaml"), "utf8");
    const named = /^# yaml-language-server: \$schema=(\S+)$/m.exec(yaml)![1]!;
    expect(existsSync(join(birds, named))).toBe(true);
    const schema = JSON.parse(readFileSync(join(birds, named), "utf8")) as object;
    expect(new Ajv({ strict: false, validateFormats: false }).validate(schema, parse(yaml))).toBe(true);
    expect((await shell("npx modelstack doctor")).stdout).not.toMatch(/^fail/m);
  });
});

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launcher, stack, type Outcome } from "../support/command.ts";
import { userEnvironment } from "../support/packed-project.ts";
import { delegatingPlugin, installPlugin } from "../support/plugin.ts";
import { plantedByTests } from "../support/planted.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";
import { refuses } from "../support/refusals.ts";

const [token, password, inline] = plantedByTests;

const yaml = `version: 1
active: guarded
plugins: [vault-flavor]
stacks:
  guarded:
    experiment_tracker: { flavor: vault, api_token: "\${env:API_TOKEN}", url: "https://ada:${password}@example.org/x" }
    model_registry: { flavor: vault, headers: { authorization_token: ${inline} } }
`;

/** A project whose stack takes secrets, with this pipeline. */
function guarded(pipeline: string): Project {
  const at = project({ "stack.yaml": yaml, "pipeline.ts": pipelineFile(pipeline) });
  const keys =
    "{ api_token: z.string().optional(), url: z.string().optional(), headers: z.record(z.string(), z.string()).optional() }";
  installPlugin(at, delegatingPlugin("vault-flavor", "vault", keys));
  return at;
}

/** The files below a folder that hold any of the texts. */
function filesWith(folder: string, ...texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => texts.some((text) => readFileSync(path).includes(text)));
}

const env = { API_TOKEN: token };

describe("a secret that a step says in every way there is", () => {
  let at: Project;
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    at = guarded(`
      const token = process.env.API_TOKEN;
      const page = "https://ada:${password}@example.org/x";
      const talk = step({ name: "talk", outputs: { model: artifact.file() } }, async (_, { file, tracker, logger }) => {
        console.log("log", token); console.error(new Error(token)); process.stdout.write(Buffer.from(token));
        logger.info("info " + token + " " + page); logger.error(token);
        await tracker.logParams({ token, page }); await tracker.setTag("note", token);
        await tracker.logText("notes.txt", "note " + token); await tracker.logInput({ name: "rows", source: page });
        return { model: file("model.txt", "m") };
      });
      const fail = step({ name: "fail", inputs: { model: artifact.file() } }, () => {
        throw new Error("401 for " + token + " at " + page, { cause: new Error(token) });
      });
      export default pipeline({ name: "leaky" }, () => {
        const { model } = talk();
        registerModelStep({ name: "m", model, description: "made with " + "a token", tags: { note: "none" } });
        fail({ model });
      });`);
    const run = ["run", "pipeline.ts", "--tag", `note=${token}`];
    outcomes.push(await stack(at.folder, run, { env }), await stack(at.folder, [...run, "--debug"], { env }));
    const reading = [
      ["runs", "show", "latest"],
      ["runs", "logs", "latest"],
      ["models", "show", "m/1"],
      ["show"],
      ["validate"],
    ];
    for (const argv of reading)
      for (const more of [[], ["--json"]]) outcomes.push(await stack(at.folder, [...argv, ...more], { env }));
  });
  afterAll(() => at[Symbol.dispose]());

  it("J04 is masked where the step printed it, and in the error", () => {
    expect(outcomes[0]).toMatchObject({ exit: 1 });
    expect(outcomes[0]!.stderr).toContain("[talk] log ***\n");
    expect(outcomes[0]!.stderr).toContain("error: Step fail failed: 401 for *** at https://***@example.org/x\n");
  });

  it("J01 J04 is in nothing that any command prints", () => {
    expect(outcomes.map(({ exit }) => exit)).toEqual([1, 1, ...Array<number>(10).fill(0)]);
    for (const { stdout, stderr } of outcomes)
      for (const secret of [token, password, inline]) expect(stdout + stderr).not.toContain(secret);
  });

  it("J01 J04 is in no file of the state folder: not in the database, its log, the steps' logs", () => {
    const state = join(at.folder, ".stack");
    expect(filesWith(state, "note ***").map((path) => path.slice(state.length + 1))).toContain("stack.db");
    expect(filesWith(state, token, password, inline)).toEqual([]);
  });

  it("A18 J01 is shown as *** by stack show, and a variable by its name", () => {
    const { stdout } = outcomes.at(-4)!;
    expect(stdout).toContain('api_token: "${env:API_TOKEN}"');
    expect(stdout).toContain('url: "https://***@example.org/x"');
    expect(stdout).toContain('headers: {"authorization_token":"***"}');
  });
});

describe("a secret where it would be kept", () => {
  it("J04 is refused as a parameter, before anything is stored", async () => {
    using at = guarded(`
      const call = step({ name: "call", params: z.object({ auth: z.object({ bearer: z.string() }) }) }, () => {});
      export default pipeline({ name: "p" }, () => { call({ auth: { bearer: process.env.API_TOKEN } }); });`);
    const { exit, stdout, stderr } = await stack(at.folder, ["run", "pipeline.ts"], { env });
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain(
      "error: The parameter auth of step call holds a secret, and parameters are stored. [PARAM_INVALID]\n" +
        "help: Read it in the step's body instead, from the environment: process.env.NAME.\n",
    );
    expect(at.has(".stack")).toBe(false);
  });

  it("J04 is refused as a parameter whose URL holds it in its query", async () => {
    using at = project({
      "pipeline.ts": pipelineFile(`
        const fetchRows = step({ name: "fetch", params: z.object({ url: z.string() }) }, () => {});
        export default pipeline({ name: "p", params: z.object({ url: z.string() }) }, ({ url }) => { fetchRows({ url }); });`),
    });
    const argv = ["run", "pipeline.ts", "--param", "url=https://example.org/rows?private_token=abc123"];
    expect(await stack(at.folder, argv)).toMatchObject({ exit: 2, stderr: expect.stringContaining("[PARAM_INVALID]") });
    expect(at.has(".stack")).toBe(false);
  });

  it.each([[["validate"]], [["runs", "list"]]])(
    "A18 works in stack.yaml itself, with a warning by stack %j",
    async (argv) => {
      using at = guarded("");
      const { exit, stderr } = await stack(at.folder, argv, { env });
      expect(exit).toBe(0);
      expect(stderr).toBe(
        `warning: ${at.folder}/stack.yaml:7 holds a secret (headers.authorization_token): ` +
          'put it into the environment and write "${env:NAME}"\n',
      );
    },
  );

  it("A18 is masked in the line that an error quotes", async () => {
    const twice = "      token: open-sesame\n".repeat(2);
    using at = project({
      "stack.yaml": `version: 1\nactive: a\nstacks:\n  a:\n    model_registry:\n${twice}`,
    });
    const { exit, stderr } = await stack(at.folder, ["validate"]);
    expect(exit).toBe(2);
    expect(stderr).toContain("\n  7 |       token: ***\n");
    expect(stderr).not.toContain("open-sesame");
  });
});

describe("a secret as an argument", () => {
  refuses(stack, [
    {
      name: "J03 a token after its flag",
      argv: ["run", "pipeline.ts", "--token", token],
      exit: 2,
      code: "USAGE",
      says: ["There is no flag --token", "Secrets are not taken as arguments", "${env:NAME} in stack.yaml"],
    },
    {
      name: "J03 an API key in one word with its flag",
      argv: ["models", "list", `--api-key=${token}`],
      exit: 2,
      code: "USAGE",
      says: ["There is no flag --api-key", "Secrets are not taken as arguments"],
    },
  ]);

  it("J03 is not repeated by the refusal", async () => {
    using at = project();
    for (const argv of [["--token", token], [`--token=${token}`]]) {
      const { stderr } = await stack(at.folder, ["run", "pipeline.ts", ...argv, "--debug"]);
      expect(stderr).not.toContain(token);
    }
  });
});

describe("the state folder", () => {
  it("J05 is its owner's alone, whatever the umask", async () => {
    using at = project({
      "pipeline.ts": pipelineFile(`
        const make = step({ name: "make", outputs: { model: artifact.directory(), big: artifact.text() } }, (_, { folder }) => {
          console.log("logged");
          return { model: folder("model"), big: "x".repeat(100_000) };
        });
        const fill = step({ name: "fill", inputs: { big: artifact.text() }, outputs: { model: artifact.file() } }, ({ big }, { file }) => ({
          model: file("model.txt", big),
        }));
        export default pipeline({ name: "private" }, () => { registerModelStep({ name: "m", ...fill({ big: make().big }) }); });`),
      "load.ts": 'import { loadModel } from "modelstack"; await loadModel("models:/m/1");',
    });
    const commands = `umask 000; '${process.execPath}' '${launcher}' run pipeline.ts && '${process.execPath}' load.ts`;
    execFileSync("sh", ["-c", commands], { cwd: at.folder, env: userEnvironment, stdio: "pipe" });
    expect(readdirSync(join(at.folder, ".stack"))).toEqual(
      expect.arrayContaining(["artifacts", "cache", "logs", "models", "stack.db"]),
    );
    expect(execFileSync("find", [".stack", "-perm", "/077"], { cwd: at.folder, encoding: "utf8" })).toBe("");
  });
});

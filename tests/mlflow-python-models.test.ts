import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "modelstack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { pythonClient, type AskPython } from "./support/mlflow-python.ts";
import { startMlflow, type MlflowServer } from "./support/mlflow-server.ts";
import { project, type Project } from "./support/project.ts";
import { pythonIsMissing } from "./support/python-with.ts";

/** The first time, servers and packages are fetched. */
const TEN_MINUTES = 600_000;

interface Logged {
  readonly run: string;
  readonly source: string;
}

/** MLflow 3 keeps models apart from runs; before, and also with it, they may lie among the files of a run. */
const cases = [
  { version: "3.17.2", logged: true, source: /^models:\/m-/ },
  { version: "3.17.2", logged: false, source: /^runs:\// },
  { version: "2.22.5", logged: false, source: /^runs:\// },
] as const;

describe.skipIf(pythonIsMissing()).each(cases)(
  "models that Python made on MLflow $version, logged: $logged",
  (about) => {
    let server: MlflowServer;
    let ask: AskPython;
    let at: Project;
    let made: Logged;
    const command = <T>(...args: string[]) => json<T>(stack(at.folder, [...args, "--json"]));

    beforeAll(async () => {
      server = await startMlflow(about.version);
      ask = await pythonClient(server.url);
      at = project({
        "stack.yaml": `version: 1
active: team
stacks:
  team:
    experiment_tracker: { flavor: mlflow, tracking_uri: "${server.url}" }
    model_registry: { flavor: mlflow }
`,
      });
      made = ask<Logged>("log", { logged: about.logged, name: "line" });
    }, TEN_MINUTES);
    afterAll(async () => {
      await server.stop();
      at[Symbol.dispose]();
    });

    it("are listed and shown with what Python said of them", async () => {
      expect(made.source).toMatch(about.source);
      expect(await command("models", "list")).toMatchObject([{ name: "line", tags: { team: "python" } }]);
      const [version] = await command<object[]>("models", "versions", "line");

      expect(version).toMatchObject({ version: "1", stage: "Staging", aliases: ["champion"], trackedRunId: made.run });
      expect(version).not.toHaveProperty("modelDigest");
      const { files, ...shown } = await command<{ files: { path: string; part: string }[] }>(
        "models",
        "show",
        "line/1",
      );
      expect(shown).toMatchObject({ stage: "Staging", signature: { inputs: [{ name: "a" }, { name: "b" }] } });
      expect(files.map(({ path }) => path)).toEqual(
        expect.arrayContaining(["MLmodel", "model.pkl", "requirements.txt"]),
      );
      const { stdout } = await succeeded(stack(at.folder, ["models", "show", "line/1"]));
      expect(stdout).toMatch(/digest: +- \(known once it was loaded\)/);
    });

    it("are loaded by alias, with their signature and a digest, and fetched once", async () => {
      const loaded = await loadModel("models:/line@champion", { cwd: at.folder });

      expect(existsSync(join(loaded.path, "model.pkl"))).toBe(true);
      expect(readFileSync(join(loaded.path, "MLmodel"), "utf8")).toContain("python_function");
      expect(loaded.version.modelDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(loaded.signature?.inputs).toMatchObject([{ name: "a", type: "double" }, { name: "b" }]);
      expect((await loadModel("models:/line/1", { cwd: at.folder })).path).toBe(loaded.path);
      expect(await command("models", "usage", "line")).toMatchObject([{ version: "1" }, { version: "1" }]);
    });

    it("are tagged, commented and promoted, which Python sees", async () => {
      await command("models", "tag", "line/1", "checked=yes");
      await command("models", "comment", "line/1", "looks right");
      await command("models", "promote", "line/1", "production", "--reason", "it is time");

      const seen = ask<{ stage: string; tags: Record<string, string> }>("show", { name: "line", version: "1" });

      expect(seen).toMatchObject({ stage: "Production", tags: { checked: "yes" } });
      expect(Object.values(seen.tags).join()).toContain("looks right");
      expect(await command("models", "history", "line")).toMatchObject([
        { kind: "tag" },
        { kind: "comment", to: "looks right" },
        { kind: "stage", from: "Staging", to: "Production" },
      ]);
    });

    it("have a lineage, as far as anybody knows it", async () => {
      await loadModel("models:/line/1", { cwd: at.folder });
      const { stdout } = await succeeded(stack(at.folder, ["models", "show", "line/1", "--lineage"]));

      expect(stdout).toContain("line/1");
    });

    it("are registered from their run by its id, with its parameters and metrics", async () => {
      const { run } = ask<Logged>("log", { logged: about.logged });

      await command("models", "register", "curve", "--run", run, "--artifact", "model");

      const version = await command<{ tags: object; files: { path: string }[] }>("models", "show", "curve/1");
      expect(version).toMatchObject({ trackedRunId: run, params: { degree: "1" }, metrics: { error: 0.25 } });
      expect(version.tags).toMatchObject({ "modelstack.registered_by": "stack models register" });
      expect(version.files.map(({ path }) => path)).toEqual(expect.arrayContaining(["MLmodel", "model.pkl"]));
      const { said } = ask<{ said: number[] }>("predict", { model: "models:/curve/1", rows: [{ a: 1, b: 1 }] });
      expect(said[0]).toBeCloseTo(3);
    });

    it("are not registered from what their run has not logged, which is said with what it has", async () => {
      const { run } = ask<Logged>("log", { logged: about.logged });

      const { exit, stderr } = await stack(at.folder, [
        "models",
        "register",
        "x",
        "--run",
        run,
        "--artifact",
        "absent",
      ]);

      expect(exit).toBe(3);
      expect(stderr).toContain(`error: The tracked run ${run} has logged nothing as absent. [ARTIFACT_NOT_FOUND]`);
      expect(stderr).toContain("It has: model.");
    });
  },
);

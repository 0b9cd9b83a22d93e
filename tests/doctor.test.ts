import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { call, json, stack, succeeded, type CallOptions } from "./support/command.ts";
import { installPlugin } from "./support/plugin.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";

interface Finding {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly message: string;
  readonly fix?: string;
  readonly code?: string;
}

const pipeline = pipelineFile(`
  const make = step({ name: "make", outputs: { rows: artifact.text(), model: artifact.directory() } }, (_, { folder, tracker }) => {
    const at = folder("model");
    writeFileSync(at.folder + "/weights.bin", "w".repeat(200_000));
    tracker.logText("notes.txt", "n".repeat(100_000));
    return { rows: "x".repeat(100_000), model: at };
  });
  export default pipeline({ name: "birds" }, () => { registerModelStep({ name: "birds", model: make().model }); });`);

/** A project in which a pipeline has run. */
async function withRun(): Promise<Project> {
  const at = project({
    "stack.yaml": stackFile(),
    "pipeline.ts": `import { writeFileSync } from "node:fs";\n${pipeline}`,
  });
  await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
  return at;
}

async function findings(at: Project, flags: readonly string[] = [], options: CallOptions = {}) {
  const { exit, stdout, stderr } = await stack(at.folder, ["doctor", "--json", ...flags], options);
  expect(stderr).toBe("");
  const all = JSON.parse(stdout) as Finding[];
  expect(exit).toBe(all.some(({ status }) => status === "fail") ? 7 : 0);
  return { all, bad: all.filter(({ status }) => status !== "ok") };
}

/** The files below a folder, with their bytes. */
function contentOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, "base64")]));
}

/** The largest file of a folder of blobs. */
function blobIn(folder: string, size: number): string {
  const paths = Object.keys(contentOf(folder)).filter((path) => readFileSync(path).length === size);
  expect(paths).toHaveLength(1);
  return paths[0]!;
}

describe("stack doctor where all is well", () => {
  it("says so of each thing that it looked at, and makes nothing in a new project", async () => {
    using at = project();
    const { all, bad } = await findings(at);
    expect(bad).toEqual([]);
    const names = ["modelstack", "node", "git", "python", "stack.yaml", "stack local", "plugin", "state folder"];
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining([...names, "disk space", "artifacts"]));
    expect(all.find(({ name }) => name === "plugin")?.message).toMatch(/^@modelstack\/flavor-local \d/);
    expect(at.has(".stack")).toBe(false);
  });

  it.each([[[]], [["--deep"]]])("finds all that a run stored, with the flags %j", async (flags) => {
    using at = await withRun();
    const { all, bad } = await findings(at, flags);
    expect(bad).toEqual([]);
    const said = Object.fromEntries(all.map(({ name, message }) => [name, message]));
    expect(said["artifacts"]).toBe("3 of 3 artifacts are whole");
    expect(said["experiment_tracker: files of runs"]).toBe("1 of 1 files are there");
    expect(said["model_registry: files of versions"]).toBe("2 of 2 files are there");
    expect(said["metadata_store: database"]).toMatch(/stack\.db: (quick|integrity)_check finds nothing wrong$/);
  });

  it("prints a line for each, and how to mend what is not well below it", async () => {
    using at = project({ "stack.yaml": stackFile(), ".env": "A=b\n" });
    chmodSync(join(at.folder, ".env"), 0o644);
    const { exit, stdout } = await stack(at.folder, ["doctor"]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^ok {4}node +24\./m);
    expect(stdout).toMatch(
      /^warn {2}secrets .*\.env can be read by others \(mode 644\)\n {8,}fix: chmod 600 \S+\.env$/m,
    );
  });
});

describe("stack doctor on a damaged database", () => {
  it.each<[string, string, (path: string) => void]>([
    ["H-g a zeroed header", "STORE_CORRUPT", (path) => writeFileSync(path, readFileSync(path).fill(0, 0, 100))],
    ["H-g garbage in a page", "STORE_CORRUPT", (path) => writeFileSync(path, readFileSync(path).fill(7, 8192, 12_288))],
    ["H-g a database that was cut", "STORE_CORRUPT", (path) => truncateSync(path, 4096 * 3)],
    ["H-g a text", "STORE_CORRUPT", (path) => writeFileSync(path, "no database\n".repeat(1000))],
    ["H-h an emptied database", "STORE_CORRUPT", (path) => truncateSync(path, 0)],
    [
      "H-j a database of a newer version",
      "STORE_NEWER",
      (path) => {
        const database = new DatabaseSync(path);
        database.exec("PRAGMA user_version = 1000");
        database.close();
      },
    ],
  ])("%s is found, all the rest is looked at, and nothing is changed", async (_what, code, damage) => {
    using at = await withRun();
    damage(join(at.folder, ".stack/stack.db"));
    const before = contentOf(join(at.folder, ".stack"));

    const { all, bad } = await findings(at);

    expect(bad).toMatchObject([{ name: "metadata_store: database", status: "fail", code, fix: /./ }]);
    expect(all.find(({ name }) => name === "model_registry: content")?.message).toContain("2 files");
    expect(contentOf(join(at.folder, ".stack"))).toEqual(before);
  });

  it.each([
    ["H-g", (path: string) => writeFileSync(path, readFileSync(path).fill(0, 0, 100)), "is damaged or no database"],
    ["H-h", (path: string) => truncateSync(path, 0), "is empty, but it held data before"],
  ])("%s is what another command advises", async (_id, damage, message) => {
    using at = await withRun();
    damage(join(at.folder, ".stack/stack.db"));
    const { exit, stderr } = await call(at.folder, ["runs", "list"]);
    expect(exit).toBe(7);
    expect(stderr).toContain(message);
    expect(stderr).toContain("Restore it from a backup; stack doctor shows what else is damaged.");
  });
});

describe("stack doctor on lost content", () => {
  it("names the artifact that is not there, and the step that made it", async () => {
    using at = await withRun();
    rmSync(blobIn(join(at.folder, ".stack/artifacts"), 100_000));
    const { bad } = await findings(at);
    expect(bad).toMatchObject([
      {
        name: "artifacts",
        status: "fail",
        message: /^1 of 3 artifacts are not whole: [0-9a-f]{12} \(rows of step make, run \S{36}\) is not in the store$/,
        code: "ARTIFACT_NOT_FOUND",
      },
    ]);
  });

  it("names the file of a folder that was cut, with both sizes", async () => {
    using at = await withRun();
    const path = blobIn(join(at.folder, ".stack/artifacts"), 200_000);
    chmodSync(path, 0o600);
    truncateSync(path, 10);
    const { bad } = await findings(at);
    expect(bad).toMatchObject([
      { name: "artifacts", message: /has weights\.bin, which has 10 bytes in the store, not 200000$/ },
    ]);
  });

  it("names the version whose file is not there, and the run", async () => {
    using at = await withRun();
    rmSync(blobIn(join(at.folder, ".stack/models"), 200_000));
    rmSync(blobIn(join(at.folder, ".stack/tracked"), 100_000));
    const { bad } = await findings(at);
    expect(bad).toMatchObject([
      {
        name: "experiment_tracker: files of runs",
        message: /^1 of 1 files .*: notes\.txt of run \w+ \(sha256:\w+ is not there\)$/,
      },
      {
        name: "model_registry: files of versions",
        message: /^1 of 2 files .*: weights\.bin of birds\/1 \(sha256:\w+ is/,
      },
    ]);
  });

  it("finds changed content of the same size only when it reads all, with --deep", async () => {
    using at = await withRun();
    for (const folder of ["artifacts", "models"]) {
      const path = blobIn(join(at.folder, ".stack", folder), 200_000);
      chmodSync(path, 0o600);
      writeFileSync(path, "v".repeat(200_000));
    }
    expect((await findings(at)).bad).toEqual([]);
    expect((await findings(at, ["--deep"])).bad).toMatchObject([
      {
        name: "artifact_store: content",
        status: "fail",
        code: "DIGEST_MISMATCH",
        message: /1 of 2 files .* were changed/,
      },
      { name: "model_registry: content", status: "fail", code: "DIGEST_MISMATCH" },
    ]);
  });
});

describe("stack doctor on what is left and open", () => {
  it("J02 warns of secrets that others can read, and says how to close them", async () => {
    const yaml = `version: 1\nactive: a\nplugins: [vault-flavor]\nstacks:\n  a:\n    experiment_tracker: { flavor: vault, token_file: .token }\n`;
    using at = project({ "stack.yaml": yaml, ".env": "TOKEN=abc\n", ".token": "abc\n" });
    installPlugin(at, vault("async () => []"));
    for (const name of [".env", ".token"]) chmodSync(join(at.folder, name), 0o640);
    const { bad } = await findings(at);
    expect(bad).toEqual(
      [".env", ".token"].map((name) => ({
        name: "secrets",
        status: "warn",
        message: `${at.folder}/${name} can be read by others (mode 640)`,
        fix: `chmod 600 ${at.folder}/${name}`,
      })),
    );
    for (const name of [".env", ".token"]) chmodSync(join(at.folder, name), 0o600);
    expect((await findings(at)).bad).toEqual([]);
  });

  it("J05 warns of a state folder that others can look into, with a command that closes it", async () => {
    using at = await withRun();
    chmodSync(join(at.folder, ".stack"), 0o755);
    chmodSync(join(at.folder, ".stack/stack.db"), 0o644);
    const { bad } = await findings(at);
    const state = join(at.folder, ".stack");
    expect(bad).toEqual([
      {
        name: "state folder",
        status: "warn",
        message: `others can read ${state}, ${state}/stack.db`,
        fix: `chmod -R go-rwx ${state}`,
      },
    ]);
  });

  it("warns of what killed processes left, and does not remove it", async () => {
    using at = await withRun();
    const { host, pid } = { host: (await import("node:os")).hostname(), pid: 2 ** 22 + 1 };
    mkdirSync(join(at.folder, ".stack/tmp", `${host}~${pid}~1~a`), { recursive: true });
    writeFileSync(join(at.folder, ".stack/artifacts/incoming", `${host}~${pid}~1~b`), "half");
    const before = contentOf(at.folder);
    const { bad } = await findings(at);
    expect(bad).toMatchObject([
      { name: "state folder", status: "warn", message: /^1 left by killed steps/, fix: /next run removes/ },
      { name: "artifact_store: content", status: "warn", message: /1 file that killed processes were writing$/ },
    ]);
    expect(contentOf(at.folder)).toEqual(before);
  });

  it("warns when there is no git", async () => {
    using at = project();
    const { bad } = await findings(at, [], { env: { PATH: at.folder } });
    expect(bad).toMatchObject([{ name: "git", status: "warn", fix: "Install git, and put it into PATH." }]);
  });
});

describe("stack doctor on a configuration that cannot be used", () => {
  it("gives the place of what is wrong in stack.yaml", async () => {
    using at = project({ "stack.yaml": "version: 1\nactive: a\nstacks:\n\ta: {}\n" });
    const { bad } = await findings(at);
    expect(bad).toMatchObject([
      {
        name: "stack.yaml",
        status: "fail",
        code: "STACK_FILE_SYNTAX",
        message: /stack\.yaml:4:1$/,
        fix: "Indent with spaces.",
      },
    ]);
  });

  it("names each stack that cannot be used, and looks at the active one", async () => {
    using at = project({ "stack.yaml": `${stackFile()}  other:\n    model_registry: { flavor: local }\n` });
    const { all, bad } = await findings(at);
    expect(bad).toMatchObject([{ name: "stack other", status: "fail", code: "REGISTRY_WITHOUT_TRACKER" }]);
    expect(all.map(({ name }) => name)).toContain("metadata_store: database");
  });

  it("A19 says that there is no stack of that name", async () => {
    using at = project({ "stack.yaml": stackFile() });
    expect((await findings(at, ["--stack", "locla"])).bad).toMatchObject([
      { name: "stack locla", code: "STACK_NOT_FOUND" },
    ]);
  });

  it("J08 names a plugin that is made for another interface", async () => {
    using at = project({ "stack.yaml": `${stackFile()}plugins: [stormy-flavor]\n` });
    installPlugin(at, { name: "stormy-flavor", modelstack: { api: 2, flavors: [] }, code: "" });
    expect((await findings(at)).bad).toMatchObject([
      { name: "plugin", status: "fail", message: /^stormy-flavor 1\.2\.3 cannot be used: it is made for interface 2/ },
    ]);
  });
});

/** A tracker that says this of itself. */
function vault(check: string) {
  const code = `import local from "@modelstack/flavor-local";
    import { z } from "zod";
    const own = local.flavors.find(({ kind }) => kind === "experiment_tracker");
    const create = async (config, context) => Object.assign(await own.create({}, context), { check: ${check} });
    const config = z.object({ token_file: z.string().optional(), token: z.string().optional() });
    export default { api: 1, flavors: [{ ...own, name: "vault", config, create }] };`;
  return { name: "vault-flavor", modelstack: { api: 1, flavors: ["experiment_tracker/vault"] }, code };
}

describe("stack doctor and the checks of plugins", () => {
  const yaml = `version: 1\nactive: a\nplugins: [vault-flavor]\nstacks:\n  a:\n    experiment_tracker: { flavor: vault, token: "\${env:VAULT_TOKEN}" }\n`;
  const env = { VAULT_TOKEN: "hunter2-abcdef-0123456789" };

  it("shows what a component says of itself, without its secrets", async () => {
    using at = project({ "stack.yaml": yaml });
    const said = `{ name: "server", status: "fail", message: "401 for " + process.env.VAULT_TOKEN, fix: "Set VAULT_TOKEN." }`;
    installPlugin(at, vault(`async () => [${said}]`));
    expect((await findings(at, [], { env })).bad).toEqual([
      { name: "experiment_tracker: server", status: "fail", message: "401 for ***", fix: "Set VAULT_TOKEN." },
    ]);
    const { stdout } = await stack(at.folder, ["doctor"], { env });
    expect(stdout).toMatch(/^fail {2}experiment_tracker: server +401 for \*\*\*\n +fix: Set VAULT_TOKEN\.$/m);
  });

  it("takes a check that throws for one that failed", async () => {
    using at = project({ "stack.yaml": yaml });
    installPlugin(at, vault(`async () => { throw new Error("out of order"); }`));
    expect((await findings(at, [], { env })).bad).toMatchObject([
      { name: "experiment_tracker: vault", status: "fail", message: "out of order" },
    ]);
  });

  it("says of a component without checks that it has none", async () => {
    using at = project({ "stack.yaml": yaml });
    installPlugin(at, vault("undefined"));
    const { all, bad } = await findings(at, [], { env });
    expect(bad).toEqual([]);
    expect(all.find(({ name }) => name === "experiment_tracker: vault")?.message).toBe("brings no checks of its own");
  });
});

it("stack doctor takes other flags as every command does", async () => {
  using at = project({ "conf/stack.yaml": stackFile() });
  const all = await json<Finding[]>(stack(at.folder, ["doctor", "--json", "--stack-file", "conf/stack.yaml"]));
  expect(all.find(({ name }) => name === "stack.yaml")?.message).toContain(`${at.folder}/conf/stack.yaml`);
});

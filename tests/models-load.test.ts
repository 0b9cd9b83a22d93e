import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack, startStack, succeeded } from "./support/command.ts";
import { delegatingPlugin, installPlugin } from "./support/plugin.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");

/** A project with the model `line`: version 1 is a file with "one", version 2 (Production) a folder. */
async function lines(files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const at = project({
    "stack.yaml": stackFile(),
    "one.txt": "one",
    "two/a.txt": "two",
    "two/deep/b.txt": "b",
    ...files,
  });
  await succeeded(stack(at.folder, ["models", "register", "line", "one.txt"]));
  await succeeded(stack(at.folder, ["models", "register", "line", "two", "--stage", "production"]));
  return at;
}

const registered = (at: Project) => succeeded(stack(at.folder, ["models", "register", "line", "one.txt"]));

describe("stack models load", () => {
  let at: Project;
  beforeAll(async () => (at = await lines()));
  afterAll(() => at[Symbol.dispose]());

  it("prints where the model is, and nothing else", async () => {
    const { stdout, stderr } = await succeeded(stack(at.folder, ["models", "load", "models:/line/1"]));
    expect([stdout, stderr]).toEqual([
      join(at.folder, `.stack/cache/models/sha256-${sha256("one")}/files/one.txt\n`),
      "",
    ]);
    expect(readFileSync(stdout.trim(), "utf8")).toBe("one");
  });

  it("takes the reference without its scheme, and gives all of it as JSON", async () => {
    const loaded = await json(stack(at.folder, ["models", "load", "line/production", "--json"]));
    expect(loaded).toMatchObject({
      path: expect.stringMatching(/files$/) as unknown,
      uri: "models:/line/production",
      stack: "local",
      model: "line",
      version: "2",
      stage: "Production",
    });
  });

  it("copies it to a folder, where it may be changed", async () => {
    const first = await succeeded(stack(at.folder, ["models", "load", "line/1", "--to", "copies/file"]));
    const second = await succeeded(stack(at.folder, ["models", "load", "line/2", "--to", "copies/folder"]));
    expect([first.stdout, second.stdout]).toEqual([
      `${join(at.folder, "copies/file/one.txt")}\n`,
      `${join(at.folder, "copies/folder")}\n`,
    ]);
    expect(readdirSync(join(at.folder, "copies"), { recursive: true }).sort()).toEqual([
      "file",
      "file/one.txt",
      "folder",
      "folder/a.txt",
      "folder/deep",
      "folder/deep/b.txt",
    ]);
    expect(statSync(join(at.folder, "copies/file/one.txt")).mode & 0o200).toBe(0o200);
  });

  it.each([
    ["line/1", "there/one.txt", "there"],
    ["line/2", "full/other.txt", "full"],
    ["line/2", "taken", "taken"],
  ])("overwrites nothing when it copies %s where %s is", async (uri, path, to) => {
    at.write(path, "mine");
    const { exit, stderr } = await stack(at.folder, ["models", "load", uri, "--to", to]);
    expect(exit).toBe(2);
    expect(stderr).toContain("is there already. [USAGE]");
    expect(at.read(path)).toBe("mine");
  });

  it("warns of a deprecated version on stderr alone", async () => {
    await succeeded(stack(at.folder, ["models", "deprecate", "line/1", "--reason", "it drifts", "--use", "2"]));
    const { stdout, stderr } = await succeeded(stack(at.folder, ["models", "load", "line/1"]));
    expect(stdout).toMatch(/one\.txt\n$/);
    expect(stderr).toBe("warning: line/1 is deprecated: it drifts. Use line/2 instead.\n");
  });
});

describe("stack models load is refused with", () => {
  refuses(call, [
    {
      name: "E08 a copy in the cache that was cut off",
      files: { "stack.yaml": stackFile(), "one.txt": "one" },
      prepare: async (at) => {
        await registered(at);
        const { stdout } = await succeeded(stack(at.folder, ["models", "load", "line/1"]));
        const path = stdout.trim().slice(at.folder.length + 1);
        chmodSync(stdout.trim(), 0o600);
        at.write(path, "on");
      },
      argv: ["models", "load", "line/1"],
      exit: 7,
      code: "DIGEST_MISMATCH",
      says: ["models:/line/1", "one.txt has other content", "rm -r "],
    },
    {
      name: "what is no reference",
      files: { "stack.yaml": stackFile() },
      argv: ["models", "load", "line"],
      exit: 2,
      code: "NAME_INVALID",
      says: ['"models:/line" is not a model reference', "models:/NAME@ALIAS"],
    },
    {
      name: "D03 control characters in it",
      files: { "stack.yaml": stackFile() },
      argv: ["models", "load", "line/\u001b[31m1"],
      exit: 2,
      code: "NAME_INVALID",
      says: [/\\u001b/],
    },
    {
      name: "another stack that is not there",
      files: { "stack.yaml": stackFile() },
      argv: ["models", "load", "line/1?stack=team"],
      exit: 3,
      code: "STACK_NOT_FOUND",
      says: ["Stacks: local"],
    },
  ]);
});

describe("a reference with ?stack= where a model is looked at or changed", () => {
  refuses(call, [
    {
      name: "the command's own flag is for that",
      files: { "stack.yaml": stackFile() },
      argv: ["models", "show", "line/1?stack=team"],
      exit: 2,
      code: "USAGE",
      says: ["--stack team"],
    },
  ]);
});

describe("stack models usage", () => {
  let at: Project;
  beforeAll(async () => {
    at = await lines({
      "pipeline.ts": pipelineFile(`
        const use = step({ name: "use", inputs: { model: artifact.model() } }, () => {});
        export default pipeline({ name: "using" }, () => { use({ model: "models:/line/latest" }); });`),
    });
    await succeeded(stack(at.folder, ["models", "load", "line/1"], { env: { USER: "ada" } }));
    await succeeded(stack(at.folder, ["run", "pipeline.ts", "--name", "nightly"], { env: { USER: "bob" } }));
  });
  afterAll(() => at[Symbol.dispose]());

  it("tells who loaded which version, when, as what, with which command and in which run, newest first", async () => {
    const [run] = await json<{ id: string }[]>(call(at.folder, ["runs", "list", "--json"]));
    const uses = await json<Record<string, unknown>[]>(call(at.folder, ["models", "usage", "line", "--json"]));
    expect(uses.map(({ id: _, at: __, digest: ___, ...use }) => use)).toEqual([
      {
        user: "bob",
        command: expect.stringContaining("run pipeline.ts") as unknown,
        uri: "models:/line/latest",
        stack: "local",
        model: "line",
        version: "2",
        run: run!.id,
        instance: "use",
      },
      {
        user: "ada",
        command: expect.stringMatching(/stack models load line\/1$/) as unknown,
        uri: "models:/line/1",
        stack: "local",
        model: "line",
        version: "1",
      },
    ]);
  });

  it.each([
    ["line/1", ["1"]],
    ["line/production", ["2"]],
    ["line", ["2", "1"]],
  ])("finds those of %s", async (what, versions) => {
    const uses = await json<{ version: string }[]>(call(at.folder, ["models", "usage", what, "--json"]));
    expect(uses.map(({ version }) => version)).toEqual(versions);
  });

  it("is a table for people, no longer than is asked", async () => {
    const { stdout } = await succeeded(call(at.folder, ["models", "usage", "line", "--limit", "1"]));
    expect(stdout.split("\n").map((line) => line.split(/ {2,}/).slice(1, 5))).toEqual([
      ["VERSION", "USER", "AS", "STEP"],
      ["2", "bob", "models:/line/latest", "use"],
      [],
    ]);
  });

  it("is known of a version that was deleted, and nobody's of one that nobody loaded", async () => {
    await succeeded(call(at.folder, ["models", "register", "line", "one.txt"]));
    expect((await succeeded(call(at.folder, ["models", "usage", "line/3"]))).stdout).toBe(
      "nobody has loaded line/3 yet\n",
    );
    await succeeded(call(at.folder, ["models", "delete", "line/1", "--yes"]));
    expect(await json(call(at.folder, ["models", "usage", "line/1", "--json"]))).toHaveLength(1);
    expect(await call(at.folder, ["models", "usage", "lime"])).toMatchObject({ exit: 3 });
  });
});

describe("stack cache", () => {
  let at: Project;
  beforeAll(async () => {
    at = await lines();
    for (const uri of ["line/1", "line/2"]) await succeeded(stack(at.folder, ["models", "load", uri]));
  });
  afterAll(() => at[Symbol.dispose]());

  it("shows what was loaded, those used last first, and how much may be", async () => {
    const { models, ...sum } = await json<{ models: { from: { version: string }; size: number }[] }>(
      call(at.folder, ["cache", "show", "--json"]),
    );
    expect(models.map(({ from, size }) => [from.version, size])).toEqual([
      ["2", 4],
      ["1", 3],
    ]);
    expect(sum).toEqual({ size: 7, limit: 20 * 1024 ** 3 });
    const { stdout } = await succeeded(call(at.folder, ["cache", "show"]));
    expect(
      stdout.split("\n").map((line) =>
        line
          .split(/ {2,}/)
          .slice(0, 5)
          .join("|")
          .replace(/\d+ s ago/, "AGO"),
      ),
    ).toEqual([
      "MODEL|STACK|SIZE|USED|IN USE",
      "line/2|local|4 B|AGO|no",
      "line/1|local|3 B|AGO|no",
      "",
      "2 models (7 B) of at most 20.0 GiB",
      "",
    ]);
  });

  it("removes nothing without being told to", async () => {
    const { stdout } = await succeeded(call(at.folder, ["cache", "prune", "--to", "4B", "--dry-run"]));
    expect(stdout).toMatch(/^line\/1 [^]*\n\nwould remove 1 model \(3 B\)\n$/m);
    expect(await call(at.folder, ["cache", "prune"])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(
        "This would delete 2 models (7 B) from the cache. [CONFIRMATION_NEEDED]",
      ) as unknown,
    });
    expect(await call(at.folder, ["cache", "prune", "--to", "4"])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('"4" is not a size. [USAGE]') as unknown,
    });
    expect(await json(call(at.folder, ["cache", "show", "--json"]))).toMatchObject({ size: 7 });
  });

  it("removes down to a size, then the rest", async () => {
    const first = await succeeded(call(at.folder, ["cache", "prune", "--to", "4B", "--yes"]));
    const rest = await json<{ removed: { from: { version: string } }[] }>(
      call(at.folder, ["cache", "prune", "--yes", "--json"]),
    );
    const none = await succeeded(call(at.folder, ["cache", "prune", "--yes"]));
    expect([first.stdout, rest.removed.map(({ from }) => from.version), none.stdout]).toEqual([
      "removed 1 model (3 B)\n",
      ["2"],
      "nothing to remove\n",
    ]);
  });
});

/** A registry whose downloads are noted in `downloads.txt`; while the file `slow` is there, they stop half-way until they are told to end. */
const slowRegistry = `(registry) => Object.assign(registry, {
  downloadFile: async (model, version, file, to, transfer) => {
    const { appendFileSync, existsSync, writeFileSync } = await import("node:fs");
    appendFileSync("downloads.txt", file.path + "\\n");
    if (existsSync("slow")) {
      writeFileSync(to, "o");
      console.error("half of it is there");
      const hold = setInterval(() => undefined, 1000);
      await new Promise((_, reject) => transfer.signal.addEventListener("abort", () => {
        clearInterval(hold);
        reject(transfer.signal.reason);
      }));
    }
    return Object.getPrototypeOf(registry).downloadFile.call(registry, model, version, file, to, transfer);
  },
})`;

async function slowProject(): Promise<Project> {
  const files = `version: 1\nactive: slow\nplugins: [slow-registry]\nstacks:\n  slow:\n    experiment_tracker: { flavor: slow }\n    model_registry: { flavor: slow }\n`;
  const at = project({ "stack.yaml": files, "one.txt": "one" });
  installPlugin(at, delegatingPlugin("slow-registry", "slow", "{}", slowRegistry));
  await registered(at);
  return at;
}

/** What lies in the cache beside whole models. */
const halves = (at: Project) => readdirSync(join(at.folder, ".stack/cache/models/incoming"));

describe("a load that does not end", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("H-b stops at once at %s and leaves nothing", async (signal, exit) => {
    using at = await slowProject();
    at.write("slow", "");
    const running = startStack(at.folder, ["models", "load", "line/1"]);
    await running.said("half of it is there");
    running.kill(signal);
    const ended = await running.ended;
    expect(ended).toMatchObject({ exit, stdout: "" });
    expect(ended.stderr).toContain(
      "error: Loading models:/line/1 was stopped; nothing of it is left. [TRANSFER_CANCELLED]",
    );
    expect(halves(at)).toEqual([]);
  });

  it("H-a does not hinder the next one when its process is killed", async () => {
    using at = await slowProject();
    const slow = at.write("slow", "");
    const running = startStack(at.folder, ["models", "load", "line/1"]);
    await running.said("half of it is there");
    running.kill("SIGKILL");
    await running.ended;
    expect(halves(at)).not.toEqual([]);
    rmSync(slow);

    const { stdout } = await succeeded(stack(at.folder, ["models", "load", "line/1"]));

    expect([readFileSync(stdout.trim(), "utf8"), halves(at)]).toEqual(["one", []]);
  });
});

describe("two processes that want the same model", () => {
  it("I-d fetch it once", async () => {
    using at = await slowProject();
    const loads = await Promise.all([1, 2, 3].map(() => succeeded(stack(at.folder, ["models", "load", "line/1"]))));
    expect(new Set(loads.map(({ stdout }) => stdout)).size).toBe(1);
    expect(readFileSync(loads[0]!.stdout.trim(), "utf8")).toBe("one");
    expect(at.read("downloads.txt")).toBe("one.txt\n");
    expect(halves(at)).toEqual([]);
  });

  it("I-d do not remove it from each other", async () => {
    using at = await slowProject();
    at.write(
      "holding.ts",
      `import { existsSync } from "node:fs";
       import { loadModel } from "modelstack";
       const { path } = await loadModel("models:/line/1");
       console.log("loaded");
       setInterval(() => undefined, 1000);
       process.on("SIGTERM", () => { console.log(existsSync(path)); process.exit(); });`,
    );
    const holding = startStack(at.folder, [], { launcher: join(at.folder, "holding.ts") });
    await holding.said("loaded");
    const pruned = await succeeded(stack(at.folder, ["cache", "prune", "--yes"]));
    holding.kill("SIGTERM");
    expect((await holding.ended).stdout).toBe("loaded\ntrue\n");
    expect(pruned).toMatchObject({ stdout: "nothing to remove\n", stderr: "what is left is in use\n" });
    expect((await succeeded(stack(at.folder, ["cache", "prune", "--yes"]))).stdout).toBe("removed 1 model (3 B)\n");
    expect(existsSync(join(at.folder, ".stack/cache/models", `sha256-${sha256("one")}`))).toBe(false);
  });
});

it("says that a folder cannot be made where a file stands", async () => {
  using at = project({ "m.txt": "m" });
  await succeeded(call(at.folder, ["models", "register", "m", "m.txt"]));
  const { exit, stderr } = await call(at.folder, ["models", "load", "m/1", "--to", "package.json"]);
  expect(exit).toBe(2);
  expect(stderr).toMatch(/^error: \S+package\.json cannot be made: .*\[FILE_UNWRITABLE\]\nhelp: Name a folder/m);
  expect(at.read("package.json")).toContain('"project"');
});

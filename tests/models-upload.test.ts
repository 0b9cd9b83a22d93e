import { readFileSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { installPlugin, projectsPlugin } from "./support/plugin.ts";
import { project, stackFile, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

const sha = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
/** The smallest PNG: one pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** What a training left: a model in a folder, its account of itself, an evaluation, tables and figures. */
const results = {
  "results/model/weights.bin": "weights",
  "results/train.meta.json": JSON.stringify({
    git: { sha },
    argv: ["gulls", "train", "--token", "word", "sea.yaml"],
    config: "sea.yaml",
    database: "montgomery",
    when: "2026-07-01T12:00:00+02:00",
    "package-version": "2.1.0",
    hyper: { epochs: 3, lr: 0.001 },
  }),
  "results/evaluation.json": '{"train": {"accuracy": 1}, "test": {"accuracy": 0.5, "auc": NaN}}',
  "results/errors.csv": "bird,errors\ngull,2\ntern,3\n",
  "results/evaluation.rst": "=====\nBirds\n=====\n",
  "results/roc.pdf": "%PDF-1.4\n",
  "results/roc.png": png,
};

/** Of all these files together. */
const size = Object.values(results).reduce((sum, content) => sum + Buffer.byteLength(content), 0);

const keys = `upload:
  keys: { commit: git.sha, command: argv, configuration: config, generated_at: when, package_version: package-version }
`;
const semver = `${stackFile().replace("model_registry: { flavor: local }", "model_registry: { flavor: local, versions: semver }")}${keys}`;

const flagsOf =
  "models upload results --model gulls --meta train.meta.json --params train.meta.json:hyper --metrics evaluation.json:test " +
  "--table errors.csv --table evaluation.rst --figure roc.pdf --figure roc.png --input database=data.json";
const all = flagsOf.split(" ");
const files = { ...results, "data.json": "[1]", "stack.yaml": semver };

interface Uploaded {
  readonly created: boolean;
  readonly uri: string;
  readonly link: string;
  readonly missing: readonly string[];
  readonly version: {
    readonly version: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly params: Readonly<Record<string, string>>;
    readonly metrics: Readonly<Record<string, unknown>>;
    readonly trackedRunId: string;
  };
}

describe("stack models upload", () => {
  let at: Project;
  let said: Awaited<ReturnType<typeof stack>>;
  let shown: Uploaded["version"];

  beforeAll(async () => {
    at = project(files);
    said = await succeeded(stack(at.folder, all));
    shown = await json(stack(at.folder, ["models", "show", "gulls/1.0.0", "--json"]));
  });
  afterAll(() => at[Symbol.dispose]());

  it("ends with the link to the version", () => {
    expect(said.stdout).toBe("registered gulls/1.0.0\nmodels:/gulls/1.0.0\n");
    expect(said.stderr).toBe("");
  });

  it("says of the version what the training says of itself, and of the upload only under its own tags", () => {
    expect(shown).toMatchObject({
      params: { epochs: "3", lr: "0.001" },
      metrics: { accuracy: 0.5, auc: "NaN" },
    });
    expect(shown.tags).toMatchObject({
      "modelstack.registered_by": "stack models upload",
      "modelstack.git_commit": sha,
      "modelstack.command": "gulls train --token *** sea.yaml",
      "modelstack.configuration": "sea.yaml",
      "modelstack.database": "montgomery",
      "modelstack.package_version": "2.1.0",
      "modelstack.created_at": "2026-07-01T10:00:00.000Z",
      "modelstack.inputs": expect.stringMatching(/^\{"database":"sha256:[0-9a-f]{64}"\}$/) as unknown,
      "modelstack.upload_user": expect.stringMatching(/./) as unknown,
      "modelstack.upload_command": expect.stringContaining("npx stack models upload results") as unknown,
      "modelstack.upload_at": expect.stringMatching(/^20\d\d-.*Z$/) as unknown,
    });
    // Who uploads, and on what, did not make the model.
    expect(Object.keys(shown.tags)).not.toContain("modelstack.user");
    expect(Object.keys(shown.tags)).not.toContain("modelstack.environment_digest");
  });

  it("points the version to a tracked run with the parameters, metrics, tables and figures", async () => {
    at.write(
      "run.ts",
      `import { openStack } from "modelstack";
       await using stack = await openStack();
       const tracker = await stack.experimentTracker();
       const run = await tracker.getRun(${JSON.stringify(shown.trackedRunId)});
       const files = await tracker.listFiles(run.id);
       const read = async (path) => Buffer.from(await tracker.readFile(run.id, path)).toString("latin1");
       console.log(JSON.stringify({ ...run, metrics: run.metrics.accuracy, files: files.map(({ path }) => path).sort(),
         table: JSON.parse(await read("tables/errors.json")), text: await read("tables/evaluation.rst"), png: (await read("figures/roc.png")).length }));`,
    );
    const { stdout } = await succeeded(stack(at.folder, [], { launcher: join(at.folder, "run.ts") }));
    expect(JSON.parse(stdout)).toMatchObject({
      status: "finished",
      experiment: { name: "gulls" },
      startedAt: "2026-07-01T10:00:00.000Z",
      endedAt: "2026-07-01T10:00:00.000Z",
      params: { epochs: "3", lr: "0.001" },
      metrics: { value: 0.5, at: "2026-07-01T10:00:00.000Z" },
      inputs: [{ name: "database", source: "data.json", digest: expect.stringMatching(/^sha256:/) as unknown }],
      tags: { "modelstack.git_commit": sha },
      files: [
        "figures/roc.pdf",
        "figures/roc.png",
        "tables/errors.json",
        "tables/evaluation.rst",
        "training/evaluation.json",
        "training/train.meta.json",
      ],
      table: {
        columns: ["bird", "errors"],
        data: [
          ["gull", 2],
          ["tern", 3],
        ],
      },
      text: results["results/evaluation.rst"],
      png: png.length,
    });
  });

  it("K10 makes no second version of the same, and says which it is", async () => {
    const again = await json<Uploaded>(stack(at.folder, [...all, "--json"]));
    expect(again).toMatchObject({ created: false, uri: "models:/gulls/1.0.0", version: { version: "1.0.0" } });
    const { stdout } = await succeeded(stack(at.folder, [...all, "--bump", "major"]));
    expect(stdout).toBe("gulls/1.0.0 has these results already\nmodels:/gulls/1.0.0\n");
    const other = await stack(at.folder, [...all, "--version", "2.0.0"]);
    expect(other).toMatchObject({ exit: 5, stdout: "" });
    expect(other.stderr).toContain("The same results are version 1.0.0 of gulls already. [MODEL_VERSION_EXISTS]");
    expect(await json(stack(at.folder, ["models", "versions", "gulls", "--json"]))).toHaveLength(1);
  });

  it("gives the data in the lineage, and makes it again without npm", async () => {
    const { stdout } = await succeeded(stack(at.folder, ["models", "show", "gulls/1.0.0", "--lineage"]));
    expect(stdout).toMatch(/made from\n {2}data database {2}[0-9a-f]{12}/);
    const page = (await succeeded(stack(at.folder, ["models", "show", "gulls/1.0.0"]))).stdout;
    expect(page).toMatch(/^ {2}database: +montgomery$/m);
    expect(page).toMatch(/^ {2}made: +2026-07-01T10:00:00\.000Z$/m);
    expect(page).not.toContain("npm ci");
  });

  it("gives back the folder as it was", async () => {
    const { stdout } = await succeeded(stack(at.folder, ["models", "load", "gulls/1.0.0", "--to", "copy"]));
    for (const [path, content] of Object.entries(results))
      expect(readFileSync(join(stdout.trim(), path.slice("results/".length)))).toEqual(Buffer.from(content));
  });
});

describe("another training, or something else of it,", () => {
  it.each([
    ["another file of the model", { "results/model/weights.bin": "others" }, [], /files\.model\/model\/weights\.bin/],
    ["another table", { "results/errors.csv": "bird,errors\ngull,9\n" }, [], /errors\.csv/],
    ["another commit", {}, ["--commit", "deadbeef"], /^commit +1a2b.* +deadbeef/m],
    ["other data", { "data.json": "[2]" }, [], /inputs\.database/],
  ])("is another version: %s", async (_, changed, flags, differs) => {
    using at = project(files);
    await succeeded(stack(at.folder, all));
    for (const [path, content] of Object.entries(changed)) at.write(path, content);
    expect(await json(stack(at.folder, [...all, ...flags, "--json"]))).toMatchObject({
      created: true,
      version: { version: "1.0.1" },
    });
    expect((await stack(at.folder, ["models", "diff", "gulls", "1.0.0", "1.0.1"])).stdout).toMatch(differs);
  });
});

describe("stack models upload --dry-run", () => {
  it("shows all that would be sent, and sends and makes nothing", async () => {
    using at = project(files);
    const plan = await json<{ files: { part: string; path: string }[]; tags: object }>(
      stack(at.folder, [...all, "--version", "3.0.0", "--dry-run", "--json"]),
    );
    expect(plan).toMatchObject({
      model: "gulls",
      version: "3.0.0",
      experiment: "gulls",
      metrics: { accuracy: 0.5 },
      missing: [],
    });
    expect(plan.files.map(({ part, path }) => `${part} ${path}`)).toContain("run tables/errors.json");
    expect(plan.files.filter(({ part }) => part === "model")).toHaveLength(7);
    expect(plan.tags).toMatchObject({ "modelstack.git_commit": sha });
    const { stdout } = await succeeded(stack(at.folder, [...all, "--dry-run"]));
    expect(stdout).toMatch(/^ {2}run +figures\/roc\.pdf +9 B +[0-9a-f]{64}$/m);
    expect(stdout).toMatch(/\n\nnothing was sent\n$/);
    expect(at.has(".stack")).toBe(false);
  });
});

describe("what is not known of a training", () => {
  const bare = ["models", "upload", "results", "--model", "gulls"];

  it("is named, with how it is given", async () => {
    using at = project({ ...files, "stack.yaml": stackFile() });
    const { stdout, stderr } = await succeeded(
      stack(at.folder, [...bare, "--commit", sha, "--generated-at", "2026-07-01"]),
    );
    expect(stdout).toBe("registered gulls/1\nmodels:/gulls/1\n");
    expect(stderr).toContain(
      "warning: not known of this training: command, configuration, database, params, metrics\n",
    );
    expect(stderr).toContain(
      "--command TEXT, --input configuration=PATH, --input database=PATH, --params FILE, --metrics FILE",
    );
  });

  it("is refused by --strict, before anything is made", async () => {
    using at = project({ ...files, "stack.yaml": stackFile() });
    expect(await stack(at.folder, [...bare, "--strict"])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(
        "commit, command, configuration, database, generated_at, params, metrics. Nothing was sent. [UPLOAD_INCOMPLETE]",
      ) as unknown,
    });
    expect(at.has(".stack")).toBe(false);
  });
});

describe("K11 a checkout with changes", () => {
  const pipelineTs = `
    import { writeFileSync } from "node:fs";
    import { artifact, pipeline, registerModelStep, step } from "modelstack";
    const make = step({ name: "make", outputs: { model: artifact.file() } }, (_, { file }) => {
      writeFileSync("ran.txt", "");
      return { model: file("m.txt", "m") };
    });
    export default pipeline({ name: "making" }, () => { registerModelStep({ name: "gulls", model: make().model }); });`;

  /** A project in a repository; `clean` asks for a checkout without changes. */
  function repository(clean: string): Project {
    const at = project({
      ...files,
      "stack.yaml": `${semver}${clean}`,
      "pipeline.ts": pipelineTs,
      ".gitignore": "node_modules\n.stack\nran.txt\n",
    });
    at.git("init", "--quiet");
    at.git("add", ".");
    at.git("commit", "--quiet", "--message", "x");
    return at;
  }
  const refused = { exit: 5, stderr: expect.stringContaining("[CHECKOUT_DIRTY]") as unknown };

  it("is refused where stack.yaml asks for a clean one, at every door, and a run before anything of it runs", async () => {
    using at = repository("require_clean: true\n");
    await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    at.write("changed.txt", "");
    at.git("clean", "-fqx", "ran.txt");
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject(refused);
    expect(at.has("ran.txt")).toBe(false);
    expect(await stack(at.folder, ["models", "register", "gulls", "data.json"])).toMatchObject(refused);
    // The checkout of the upload is not that of the training.
    await succeeded(stack(at.folder, all));
  });

  it("is refused by a flag, and else only noted", async () => {
    using at = repository("");
    at.write("changed.txt", "");
    expect(await stack(at.folder, ["models", "register", "gulls", "data.json", "--require-clean"])).toMatchObject(
      refused,
    );
    at.write(
      "results/train.meta.json",
      JSON.stringify({ git: { sha }, "package-version": "2.1.dev1+g1a2b3c4.d20261121", hyper: { lr: 1 } }),
    );
    expect(await stack(at.folder, [...all, "--require-clean"])).toMatchObject(refused);
    expect(await json<Uploaded>(stack(at.folder, [...all, "--json"]))).toMatchObject({
      version: { tags: { "modelstack.git_dirty": "true" } },
    });
  });
});

describe("an upload to another project of the server", () => {
  it("is there, and its link is the reference that loads it", async () => {
    const team = `version: 1\nactive: team\nplugins: [projects-server]\nstacks:\n  team:\n    experiment_tracker: { flavor: projects, project: birds/land }\n    model_registry: { flavor: projects }\n${keys}`;
    using at = project({ ...files, "stack.yaml": team });
    installPlugin(at, projectsPlugin);
    const { stdout } = await succeeded(stack(at.folder, [...all, "--project", "birds/sea"]));
    expect(stdout).toBe("registered gulls/1.0.0\nmodels:/gulls/1.0.0?project=birds/sea\n");
    expect(at.has("server/birds/land/stack.db")).toBe(false);
    await succeeded(stack(at.folder, ["models", "load", stdout.trim().split("\n")[1]!]));
  });
});

describe("uploadModel()", () => {
  it("does the same from code", async () => {
    using at = project(files);
    at.write(
      "upload.ts",
      `import { uploadModel } from "modelstack";
       const upload = { name: "gulls", folder: "results", meta: "train.meta.json", metrics: "evaluation.json:test", inputs: { database: "data.json" } };
       const { uri, created, missing, version } = await uploadModel(upload);
       console.log(uri, created, missing, version.tags["modelstack.registered_by"], (await uploadModel(upload)).created);`,
    );
    const { stdout } = await succeeded(stack(at.folder, [], { launcher: join(at.folder, "upload.ts") }));
    expect(stdout).toBe("models:/gulls/1.0.0 true [ 'params' ] uploadModel() false\n");
  });
});

const refused = (
  name: string,
  flags: readonly string[],
  exit: number,
  code: string,
  says: readonly (string | RegExp)[],
  more: {
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
    readonly prepare?: (at: Project) => unknown;
  } = {},
) => ({
  name,
  files: { ...files, ...more.files },
  ...(more.prepare === undefined ? {} : { prepare: more.prepare }),
  argv: ["models", "upload", "results", "--model", "gulls", ...flags],
  exit,
  code,
  says,
});

describe("an upload is refused with", () => {
  refuses(stack, [
    refused(
      "a model of 5 GB, before it is read",
      [],
      2,
      "UPLOAD_TOO_LARGE",
      ["would be 5.0 GB, at most 10.0 MB", "--max-size"],
      {
        prepare: (at) => truncateSync(at.write("results/sparse.bin", ""), 5_000_000_000),
      },
    ),
    refused("K05 more than stack.yaml allows", [], 2, "UPLOAD_TOO_LARGE", ["at most 100 B"], {
      files: { "stack.yaml": semver.replace("upload:\n", "upload:\n  max_size: 100 B\n") },
    }),
    refused(
      "more than --max-size, figures included",
      ["--figure", "roc.png", "--max-size", `${size} B`],
      2,
      "UPLOAD_TOO_LARGE",
      [`would be ${size + png.length} B, at most ${size} B`],
    ),
    refused("a size that is none", ["--max-size", "ten"], 2, "USAGE", ["--max-size", "500 MB"]),
    refused("a folder that is not there", ["--meta", "nowhere.json"], 3, "FILE_NOT_FOUND", [
      "nowhere.json in ",
      "/results or ",
    ]),
    refused("data that is not there", ["--input", "database=nowhere"], 3, "FILE_NOT_FOUND", ["nowhere"]),
    refused("K06 a part that is not there", ["--metrics", "evaluation.json:val"], 2, "RESULT_INVALID", [
      'no part "val"',
      "Parts: train, test",
    ]),
    refused("K06 a figure that is none", ["--figure", "errors.csv"], 2, "RESULT_INVALID", [
      "errors.csv cannot be used",
      "png",
    ]),
    refused("K06 a figure under a wrong name", ["--figure", "roc.svg"], 2, "RESULT_INVALID", ["it is PNG", ".png"], {
      files: { "results/roc.svg": png },
    }),
    refused("K06 a table that is none", ["--table", "train.meta.json"], 2, "RESULT_INVALID", [
      "train.meta.json",
      "list of rows",
    ]),
    refused(
      "two tables of one name",
      ["--table", "errors.csv", "--table", "../errors.json"],
      2,
      "NAME_INVALID",
      ["tables/errors.json"],
      {
        files: { "errors.json": "[]" },
      },
    ),
    refused("K06 metadata that is none", ["--meta", "evaluation.rst"], 2, "RESULT_INVALID", ["evaluation.rst"]),
    refused("K07 a commit that is none", ["--commit", "main"], 2, "RESULT_INVALID", ["7 to 64 hexadecimal digits"]),
    refused("K07 a date that is none", ["--generated-at", "now"], 2, "RESULT_INVALID", ["2026-11-21T09:30"]),
    refused("a version that is none", ["--version", "v1"], 2, "VERSION_INVALID", ["v1"]),
    refused("a registry that has one place", ["--project", "birds/sea"], 2, "UNSUPPORTED", ["has no other project"]),
    refused("a name that the project does not allow", [], 2, "NAME_INVALID", ["^(doc|test)-"], {
      files: { "stack.yaml": `${semver}model_names: "^(doc|test)-"\n` },
    }),
    refused("a version where they are counted", ["--version", "1.0.0"], 2, "UNSUPPORTED", ["assigns versions"], {
      files: { "stack.yaml": stackFile() },
    }),
    refused(
      "a key that stack.yaml does not know",
      [],
      2,
      "STACK_FILE_INVALID",
      ['unknown key "comit"', 'did you mean "commit"'],
      {
        files: { "stack.yaml": semver.replace("commit:", "comit:") },
      },
    ),
    refused("a link in its folder", [], 2, "ARTIFACT_INVALID", ["last.bin"], {
      prepare: (at) => symlinkSync("model/weights.bin", join(at.folder, "results", "last.bin")),
    }),
  ]);
});

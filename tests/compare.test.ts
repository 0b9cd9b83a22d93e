import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

const lines = (steps = "") =>
  pipelineFile(`
  const train = step(
    {
      name: "train",
      params: z.object({ slope: z.number() }),
      outputs: { model: artifact.file(), loss: artifact.json(z.number()) },
    },
    ({ slope }, { file, tracker }) => {
      tracker.logMetric("loss", slope / 3);
      return { model: file("line.json", JSON.stringify({ slope })), loss: slope / 3 };
    },
  );
  const report = step({ name: "report", inputs: { loss: artifact.json(z.number()) } }, () => {});
  export default pipeline({ name: "lines", params: z.object({ slope: z.number() }) }, ({ slope }) => {
    const { model, loss } = train({ slope });
    registerModelStep({ name: "line", model });
    ${steps}
    return { loss };
  });`);

interface Comparison {
  readonly runs: readonly { readonly name: string }[];
  readonly versions: readonly { readonly version: string }[];
  readonly facts: readonly { readonly group: string; readonly name: string; readonly values: readonly unknown[] }[];
  readonly commits: { readonly added: readonly { readonly subject: string }[] };
}
const valuesOf = ({ facts }: Comparison) =>
  Object.fromEntries(facts.map(({ group, name, values }) => [`${group}.${name}`, values]));

let at: Project;
beforeAll(async () => {
  at = project({ "pipeline.ts": lines(), "stack.yaml": stackFile(), ".gitignore": "node_modules\n" });
  const commit = (message: string) => {
    at.git("add", "--all");
    at.git("commit", "--quiet", "--message", message);
  };
  const run = (slope: string, name: string) =>
    succeeded(stack(at.folder, ["run", "pipeline.ts", "--param", `slope=${slope}`, "--name", name]));
  at.git("init", "--quiet");
  commit("First");
  await run("1", "one");
  at.write("pipeline.ts", lines("report({ loss });"));
  commit("Report the loss");
  await run("2", "two");
});
afterAll(() => at[Symbol.dispose]());

const read = (...argv: string[]) => json<Comparison>(call(at.folder, [...argv, "--json"]));
const text = async (...argv: string[]) => (await succeeded(call(at.folder, argv))).stdout;

describe("stack runs compare", () => {
  it("gives what differs, in full, and with --all everything", async () => {
    const differing = valuesOf(await read("runs", "compare", "one", "two"));

    expect(differing).toMatchObject({
      "params.slope": [1, 2],
      "metrics.loss": [1 / 3, 2 / 3],
      "outputs.loss": [1 / 3, 2 / 3],
      "run.commit": [at.git("rev-parse", "HEAD~1"), at.git("rev-parse", "HEAD")],
    });
    expect(differing).not.toHaveProperty(["run.pipeline"]);
    const all = valuesOf(await read("runs", "compare", "one", "two", "--all"));
    expect(all).toMatchObject({ ...differing, "run.pipeline": ["lines", "lines"] });
  });

  it("shows four digits, and how far metrics are apart", async () => {
    expect(await text("runs", "compare", "one", "latest")).toMatch(/^metrics\.loss +0\.3333 +0\.6667 \(\+0\.3333\)$/m);
  });

  it("says so when nothing differs", async () => {
    expect(await text("runs", "compare", "one", "one")).toBe("nothing differs; --all shows what they have in common\n");
  });
});

describe("stack runs diff", () => {
  it("shows steps that were added, the commits between, and what both ran on", async () => {
    const diff = await read("runs", "diff", "one", "two", "--all");

    expect(valuesOf(diff)).toMatchObject({
      "steps.report": [null, "report <- train.loss"],
      "steps.train": ["train", "train"],
      "environment.node": [process.versions.node, process.versions.node],
    });
    expect(diff.commits.added.map(({ subject }) => subject)).toEqual(["Report the loss"]);
    expect(await text("runs", "diff", "one", "two")).toMatch(/^\+ [0-9a-f]{8} {2}Report the loss {2}Ada, \d{4}/m);
  });

  it("prints a table for a pull request", async () => {
    const markdown = await text("runs", "diff", "one", "two", "--md");

    expect(markdown.split("\n")[0]).toBe("|  | `one` | `two` | change |");
    expect(markdown).toContain("\n| `metrics.loss` | `0.3333` | `0.6667` | +0.3333 |\n");
    expect(markdown).toMatch(/\n\n- [0-9a-f]{8} `Report the loss`\n$/);
  });
});

describe("stack runs best", () => {
  it.each([
    ["--metric loss", "two", /^loss: +0\.6667, the highest$/m],
    ["--metric loss --min", "one", /^loss: +0\.3333, the lowest$/m],
    ["--output loss --max --pipeline lines", "two", /^loss: +0\.6667, the highest$/m],
    ["--metric loss --min --experiment line", "one", /^loss: /m],
    ["--metric loss --filter params.slope='1'", "one", /^loss: /m],
  ])("%s shows the run", async (flags, name, line) => {
    const argv = ["runs", "best", ...flags.split(" ")];
    expect(await json(call(at.folder, [...argv, "--json"]))).toMatchObject({ name });
    const shown = await text(...argv);
    expect(shown).toMatch(line);
    expect(shown).toMatch(new RegExp(`^run: +${name} `, "m"));
  });
});

describe("stack models diff", () => {
  it("shows metrics, files, commits and the command", async () => {
    const diff = await read("models", "diff", "line", "1", "latest");

    expect(diff.versions.map(({ version }) => version)).toEqual(["1", "2"]);
    const digest = expect.stringMatching(/^sha256:/);
    expect(valuesOf(diff)).toMatchObject({
      "params.slope": ["1", "2"],
      "metrics.loss": [1 / 3, 2 / 3],
      "files.model/line.json": [
        { size: 11, digest },
        { size: 11, digest },
      ],
      "version.command": [expect.stringContaining("slope=1"), expect.stringContaining("slope=2")],
    });
    expect(diff.commits.added.map(({ subject }) => subject)).toEqual(["Report the loss"]);
  });

  it("takes stages and aliases, and prints a table for a pull request", async () => {
    await succeeded(call(at.folder, ["models", "alias", "line/1", "champion"]));
    await succeeded(call(at.folder, ["models", "promote", "line/2", "production"]));

    const markdown = await text("models", "diff", "line", "@champion", "Production", "--md");

    expect(markdown.split("\n")[0]).toBe("|  | `line/1` | `line/2` | change |");
    expect(markdown).toContain("| `stage` | `None` | `Production` |  |");
  });

  it("says why no commits are known, of a version that was made elsewhere", async () => {
    using outside = project({ "stack.yaml": stackFile(), "weights.json": "[1]" });
    await succeeded(call(outside.folder, ["models", "register", "w", "weights.json"]));
    await succeeded(call(outside.folder, ["models", "register", "w", "weights.json", "--metric", "loss=1"]));

    const { stdout } = await succeeded(call(outside.folder, ["models", "diff", "w", "1", "2"]));

    expect(stdout).toMatch(/^metrics\.loss +- +1$/m);
    expect(stdout).toMatch(/\ncommits between: the commit of either is not known\n$/);
  });
});

describe("looking for the best run or comparing is refused", () => {
  const bare = { "stack.yaml": "version: 1\nactive: bare\nstacks:\n  bare: {}\n" };
  refuses(call, [
    {
      name: "with a run that is not there",
      argv: ["runs", "compare", "one", "two"],
      exit: 3,
      code: "RUN_NOT_FOUND",
      says: ['There is no run "one"', "stack runs list"],
    },
    {
      name: "with one run",
      argv: ["runs", "compare", "one"],
      exit: 2,
      code: "USAGE",
      says: ["RUN is missing"],
    },
    {
      name: "by a metric on a stack without a tracker",
      files: bare,
      argv: ["runs", "best", "--metric", "loss"],
      exit: 2,
      code: "TRACKER_MISSING",
      says: ['The stack "bare" has no experiment tracker', "output", "experiment_tracker: { flavor: local }"],
    },
    {
      name: "when no run has such an output",
      files: bare,
      argv: ["runs", "best", "--output", "loss", "--pipeline", "lines"],
      exit: 3,
      code: "RUN_NOT_FOUND",
      says: ['No run of pipeline lines has succeeded and has a number as its output "loss"'],
    },
    { name: "by nothing", argv: ["runs", "best"], exit: 2, code: "USAGE", says: ["--metric NAME, or --output NAME"] },
    {
      name: "by two things",
      argv: ["runs", "best", "--metric", "loss", "--output", "loss"],
      exit: 2,
      code: "USAGE",
      says: ["--metric NAME, or --output NAME"],
    },
    {
      name: "in both directions",
      argv: ["runs", "best", "--metric", "loss", "--max", "--min"],
      exit: 2,
      code: "USAGE",
      says: ["--max and --min exclude each other"],
    },
    {
      name: "by an output in an experiment",
      argv: ["runs", "best", "--output", "loss", "--experiment", "lines"],
      exit: 2,
      code: "USAGE",
      says: ["--experiment and --filter go with --metric"],
    },
    {
      name: "with a version that is not there",
      files: { "stack.yaml": stackFile() },
      argv: ["models", "diff", "line", "1", "2"],
      exit: 3,
      code: "MODEL_NOT_FOUND",
      says: ["line"],
    },
  ]);
});

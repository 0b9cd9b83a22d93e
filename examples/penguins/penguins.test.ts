import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { discard, keepOutput } from "../../tests/support/kept.ts";
import { openStack } from "modelstack";
import penguins from "./pipeline.ts";

const root = join(import.meta.dirname, "..", "..");
const command = join(root, "packages", "cli", "bin", "stack.js");

describe("the penguins example", () => {
  let folder: string;
  const node = (...args: string[]) => {
    const said = execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    keepOutput(said);
    return said;
  };
  const stack = <T>(...args: string[]) => JSON.parse(node(command, ...args, "--json")) as T;
  interface Ran {
    readonly run: string;
    readonly status: string;
    readonly versions: readonly { readonly version: string; readonly stage: string }[];
  }
  let first: Ran;
  let second: Ran;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "penguins-"));
    cpSync(import.meta.dirname, folder, {
      recursive: true,
      filter: (path) => !/node_modules|\.stack|\.test\.ts$/.test(path),
    });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    first = stack("run", "pipeline.ts");
    second = stack("run", "pipeline.ts");
  });
  afterAll(() => discard(folder));

  it("has three trainings that wait for nothing but the split", () => {
    const { instances } = penguins.plan();
    const trainings = instances.filter(({ step }) => step === "train");
    expect(trainings.map(({ name }) => name)).toEqual(["train-small", "train-middle", "train-large"]);
    const sources = trainings.flatMap(({ inputs }) =>
      Object.values(inputs).map((input) => input.kind === "output" && input.instance),
    );
    expect(new Set(sources)).toEqual(new Set(["split"]));
  });

  it("registers the best model and promotes the first one", () => {
    expect(first).toMatchObject({ status: "succeeded", versions: [{ version: "1", stage: "Production" }] });
  });

  it("leaves the present one in Production when the next is not better", () => {
    expect(second).toMatchObject({ status: "succeeded", versions: [{ version: "2", stage: "None" }] });
  });

  it("makes the same model from the same seed", () => {
    const digest = (version: string) =>
      stack<{ modelDigest: string }>("models", "show", `penguins/${version}`).modelDigest;
    expect(digest("2")).toBe(digest("1"));
  });

  it("counts the cleaned data once, since it is the same both times", () => {
    expect(stack<{ names: string[] }[]>("artifacts", "list", "--name", "penguins-clean")).toMatchObject([
      { names: ["penguins-clean:1"] },
    ]);
  });

  it("tells from which data the model was made", () => {
    const { tags } = stack<{ tags: Record<string, string> }>("models", "show", "penguins/1");
    expect(Object.keys(JSON.parse(tags["modelstack.inputs"]!) as object)).toEqual([
      "clean.rows",
      "load.raw",
      "penguins.json",
      "split.test",
      "split.train",
    ]);
  });

  it("stores the confusion matrix of 68 test birds", () => {
    const { steps } = stack<{ steps: { instance: string; outputs: Record<string, string> }[] }>(
      "runs",
      "show",
      first.run,
    );
    const digest = steps.find(({ instance }) => instance === "evaluate")!.outputs["confusion"]!;
    const path = node(command, "artifacts", "pull", digest).trim();
    const [header, ...rows] = readFileSync(path, "utf8").trimEnd().split("\n");
    expect([path, header]).toEqual([join(folder, "confusion.csv"), '"actual","Adelie","Chinstrap","Gentoo"']);
    const counts = rows.flatMap((row) => row.split(",").slice(1).map(Number));
    expect([rows.length, counts.reduce((sum, n) => sum + n, 0)]).toEqual([3, 68]);
  });

  it("draws it, and keeps table and picture with the tracked run", async () => {
    const { trackedRun } = stack<{ trackedRun: string }>("runs", "show", first.run);
    await using opened = await openStack({ cwd: folder });
    const tracker = (await opened.experimentTracker())!;
    const text = async (path: string) => Buffer.from(await tracker.readFile(trackedRun, path)).toString();
    expect(await text("confusion.svg")).toMatch(/^<svg [^>]*>\n<title>Penguins by species/);
    expect(JSON.parse(await text("confusion.json"))).toMatchObject({
      columns: ["actual", "Adelie", "Chinstrap", "Gentoo"],
    });
  });

  it("predicts three birds with the model in Production", () => {
    expect(node("predict.ts")).toBe(
      "penguins version 1\n39.1, 18.7, 181, 3750 -> Adelie\n49.6, 18.2, 193, 3775 -> Chinstrap\n50.4, 15.7, 222, 5750 -> Gentoo\n",
    );
  });
});

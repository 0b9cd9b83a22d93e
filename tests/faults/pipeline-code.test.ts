import { topologicalOrder, type Plan, type PlanInstance } from "@modelstack/core";
import { describe, expect, it } from "vitest";
import { stack } from "../support/command.ts";
import { pipelineFile, project } from "../support/project.ts";
import { refuses, type Refusal } from "../support/refusals.ts";

/** `stack run pipeline.ts` on a file with this text. */
function running(name: string, text: string, code: string, ...says: Refusal["says"]): Refusal {
  return { name, files: { "pipeline.ts": text }, argv: ["run", "pipeline.ts"], exit: 2, code, says };
}

describe("a pipeline file that cannot be run", () => {
  refuses(stack, [
    running(
      "B03 two different steps of one name",
      pipelineFile(`
        const one = step({ name: "train" }, () => {});
        const two = step({ name: "train" }, () => {});
        export default pipeline({ name: "p" }, () => { one(); two.named("second")(); });`),
      "PIPELINE_INVALID",
      'Pipeline p has two different steps named "train"',
      "Give one of them another name",
    ),
    running(
      "B03 one name used twice without named()",
      pipelineFile(`
        const train = step({ name: "train" }, () => {});
        export default pipeline({ name: "p" }, () => { train(); train(); });`),
      "PIPELINE_INVALID",
      'Pipeline p uses the name "train" twice',
      'train.named("train-2")',
    ),
    running(
      "B16 a syntax error",
      pipelineFile("const x = ;"),
      "PIPELINE_FILE_INVALID",
      /Expression expected in \/.*\/pipeline\.ts:4/,
      "  4 | const x = ;",
    ),
    running(
      "B16 TypeScript that cannot be stripped",
      pipelineFile("enum Colour { Red }"),
      "PIPELINE_FILE_INVALID",
      /enum is not supported .* in \/.*\/pipeline\.ts:4/,
      "Use a union or a const object",
    ),
    running(
      "B16 a module that is not there",
      'import { x } from "./missing.ts";\nexport default x;\n',
      "PIPELINE_FILE_INVALID",
      /pipeline\.ts imports \/.*\/missing\.ts, which cannot be found/,
    ),
    running(
      "B16 an error while it is imported",
      pipelineFile('throw new Error("no weather today");'),
      "PIPELINE_FILE_INVALID",
      /no weather today in \/.*\/pipeline\.ts:4:7/,
    ),
    running(
      "B16 an error in the function that describes the pipeline",
      pipelineFile('export default pipeline({ name: "p" }, () => { throw new Error("no weather today"); });'),
      "PIPELINE_FILE_INVALID",
      /no weather today in \/.*\/pipeline\.ts:4:54/,
    ),
    running(
      "B08 a file that ends the process, which would look like success",
      pipelineFile("process.exit(0);"),
      "PIPELINE_FILE_INVALID",
      "pipeline.ts ends the process (process.exit(0))",
    ),
    running(
      "B17 a file without a pipeline",
      "export const rows = 3, labels = 4;\n",
      "PIPELINE_NOT_FOUND",
      "exports no pipeline. It exports: labels, rows",
      "export default pipeline(",
    ),
    running(
      "B17 a file with two pipelines",
      pipelineFile(`
        export const train = pipeline({ name: "train" }, () => {});
        export const check = pipeline({ name: "check" }, () => {});`),
      "PIPELINE_NOT_FOUND",
      "exports 2 pipelines: check, train",
      "--export check",
    ),
  ]);
});

describe("what can go wrong in describing a pipeline", () => {
  it("B16 leaves no run behind", async () => {
    using at = project({ "pipeline.ts": pipelineFile("const x = ;") });
    await stack(at.folder, ["run", "pipeline.ts"]);
    expect(at.has(".stack")).toBe(false);
  });

  it("B02 a cycle cannot be wired, since an output is there only after its step; in a plan from elsewhere it is named", () => {
    const instance = (name: string, from: string): PlanInstance => ({
      name,
      step: name,
      inputs: { x: { kind: "output", instance: from, output: "x" } },
      params: {},
      outputs: { x: { kind: "json" } },
      track: "run",
      hints: {},
    });
    const plan: Plan = {
      version: 1,
      pipeline: "p",
      params: {},
      outputs: {},
      instances: [instance("a", "c"), instance("b", "a"), instance("c", "b")],
    };
    expect(() => topologicalOrder(plan)).toThrow("The plan has a cycle: a -> b -> c -> a.");
  });
});

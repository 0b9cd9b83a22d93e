import { expectTypeOf, it } from "vitest";
import { z } from "zod";
import { artifact } from "../artifacts/types.ts";
import type { FileRef } from "../artifacts/artifact-type.ts";
import { list, optional, record } from "../pipeline/inputs.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import type { Handle } from "../pipeline/types.ts";
import { commandStep } from "./command-step.ts";

const number = artifact.json(z.number());

it("gives the command paths by name, and parameters as their schema makes them", () => {
  commandStep({
    name: "train",
    inputs: { rows: number, parts: list(number), more: record(number), maybe: optional(number) },
    params: z.object({ depth: z.int().default(3) }),
    outputs: { model: artifact.file() },
    paths: { model: "model.onnx" },
    command: ({ inputs, outputs, params, metrics, folder }) => {
      expectTypeOf(inputs).toEqualTypeOf<{
        readonly rows: string;
        readonly parts: string;
        readonly more: string;
        readonly maybe: string | undefined;
      }>();
      expectTypeOf(outputs).toEqualTypeOf<{ readonly model: string }>();
      expectTypeOf(params).toEqualTypeOf<{ depth: number }>();
      expectTypeOf(metrics).toEqualTypeOf<string>();
      expectTypeOf(folder).toEqualTypeOf<string>();
      // @ts-expect-error -- no such output
      return ["train", inputs.rows, outputs.modle];
    },
  });
});

it("refuses names that are not there, words that are none, and no program", () => {
  expectTypeOf(commandStep).toBeFunction();
  // @ts-expect-error -- an optional input may have no path
  commandStep({ name: "a", inputs: { maybe: optional(number) }, command: ({ inputs }) => ["train", inputs.maybe] });
  // @ts-expect-error -- no such output
  commandStep({ name: "b", outputs: { model: number }, paths: { modle: "x" }, command: ["train"] });
  // @ts-expect-error -- a list is no word
  commandStep({ name: "c", command: ["train", ["x"]] });
  // @ts-expect-error -- a program is needed
  commandStep({ name: "d" });
});

it("is wired and run as any other step", () => {
  const train = commandStep({
    name: "train",
    inputs: { rows: number, maybe: optional(number) },
    params: z.object({ depth: z.int().default(3) }),
    outputs: { model: artifact.file(), score: number },
    command: ["train"],
  });
  expectTypeOf<ReturnType<typeof train.run>>().resolves.toEqualTypeOf<{
    readonly model: FileRef;
    readonly score: number;
  }>();
  pipeline({ name: "p" }, () => {
    const rows = commandStep({ name: "rows", outputs: { rows: number }, command: ["rows"] })();
    const { model } = train({ rows: rows.rows, depth: 1 });
    expectTypeOf(model).toEqualTypeOf<Handle<FileRef>>();
    // @ts-expect-error -- an input is missing
    train({ depth: 1 });
    // @ts-expect-error -- an output of another type
    train({ rows: model });
    // @ts-expect-error -- a parameter of another type
    train({ rows: rows.rows, depth: "deep" });
  });
});

import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { artifact } from "../artifacts/types.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { step } from "../pipeline/step.ts";
import type { Handle } from "../pipeline/types.ts";
import { registerModelStep } from "./register-model-step.ts";

// `tsc -p tsconfig.tests.json` is the check.

const train = step(
  {
    name: "train",
    outputs: { model: artifact.file(), folder: artifact.directory(), accuracy: artifact.json(z.number()) },
  },
  (_, { file, folder }) => ({ model: file("forest.json", "{}"), folder: folder(), accuracy: 0.9 }),
);
const note = step({ name: "note", outputs: { text: artifact.text() } }, () => ({ text: "" }));

describe("registerModelStep", () => {
  it("takes a file or a folder, metrics, files and what is said of the model", () => {
    const p = pipeline({ name: "register" }, () => {
      const { model, folder, accuracy } = train();
      const { version } = registerModelStep({ name: "penguins", model, metrics: { accuracy }, stage: "Staging" });
      expectTypeOf(version).toEqualTypeOf<Handle<{ name: string; version: string; uri: string }>>();
      registerModelStep.named("of-folder")({ name: "p", model: folder, files: [model], bump: "minor" });
      return { version };
    });
    const [, first, second] = p.plan().instances;
    expect(first?.hints).toEqual({ registers: { model: "penguins" } });
    expect(second).toMatchObject({ name: "of-folder", step: "register-model", params: { name: "p", bump: "minor" } });
  });

  it("says in the plan which version it is going to register", () => {
    const p = pipeline({ name: "p" }, () => {
      registerModelStep({ name: "penguins", version: "1.2.0", model: train().model });
    });
    expect(p.plan().instances.at(-1)?.hints).toEqual({ registers: { model: "penguins", version: "1.2.0" } });
  });

  it("is refused by the compiler with anything else", () => {
    const refused = () => {
      const { model, accuracy } = train();
      // @ts-expect-error a number is no model
      registerModelStep({ name: "p", model: accuracy });
      // @ts-expect-error the stage's spelling
      registerModelStep({ name: "p", model, stage: "production" });
      // @ts-expect-error a metric is a number
      registerModelStep({ name: "p", model, metrics: { accuracy: note().text } });
      // @ts-expect-error the name is missing
      registerModelStep({ model });
    };
    expect(refused).toThrow("called outside a pipeline");
  });

  it("refuses at run time what is neither a file nor a folder", () => {
    const p = pipeline({ name: "p" }, () => {
      registerModelStep({ name: "m", model: note().text as never });
    });
    expect(() => p.plan()).toThrow(
      "passes a text (note.text) as input model of register-model, which is a model or file or directory",
    );
  });
});

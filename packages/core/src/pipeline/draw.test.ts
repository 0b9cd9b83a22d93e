import { describe, expect, it } from "vitest";
import { z } from "zod";
import { artifact } from "../artifacts/types.ts";
import { planToMermaid, planToText } from "./draw.ts";
import { list, record } from "./inputs.ts";
import { pipeline } from "./pipeline.ts";
import { step } from "./step.ts";

const load = step({ name: "load", outputs: { rows: artifact.json(z.array(z.number())) } }, () => ({ rows: [1] }));
const train = step(
  {
    name: "train",
    inputs: { rows: artifact.json(z.array(z.number())) },
    params: z.object({ trees: z.int().default(60), tag: z.string().optional() }),
    outputs: { model: artifact.file(), accuracy: artifact.json(z.number()) },
  },
  (_, { file }) => ({ model: file("m", ""), accuracy: 1 }),
);
const best = step(
  { name: "best", inputs: { models: list(artifact.file()), scores: record(artifact.json(z.number())) } },
  () => {},
);

const plan = pipeline({ name: "penguins" }, () => {
  const { rows } = load();
  const a = train({ rows, trees: 10, tag: "small one" });
  const b = train.named("train-big")({ rows });
  best({ models: [a.model, b.model], scores: { a: a.accuracy } });
}).plan();

describe("planToText", () => {
  it("shows each step with what it waits for and its parameters", () => {
    expect(planToText(plan)).toMatchInlineSnapshot(`
      "penguins: 4 steps
        load
        train              <- load   trees=10 tag="small one"
        train-big (train)  <- load   trees=60
        best               <- train, train-big"
    `);
  });

  it("shows a plan without steps", () => {
    expect(planToText(pipeline({ name: "empty" }, () => {}).plan())).toBe("empty: 0 steps");
  });

  it("counts one step as one", () => {
    expect(planToText(pipeline({ name: "one" }, () => void load()).plan())).toBe("one: 1 step\n  load");
  });
});

const compare = step(
  { name: "compare", inputs: { model: artifact.model(), others: list(artifact.model()) } },
  () => {},
);
const withModels = pipeline({ name: "compared" }, () => {
  const { model } = train({ rows: load().rows });
  compare({ model, others: ["models:/penguins@champion", 'models:/a"b/1', "models:/penguins@champion"] });
}).plan();

describe("a plan that refers to registered models", () => {
  it("shows them among what a step waits for", () => {
    expect(planToText(withModels).split("\n").at(-1)).toBe(
      '  compare  <- train, models:/penguins@champion, models:/a"b/1',
    );
  });

  it("draws each once", () => {
    expect(planToMermaid(withModels)).toMatchInlineSnapshot(`
      "flowchart TD
        m0[("models:/penguins@champion")]
        m1[("models:/a#quot;b/1")]
        s0["load"]
        s1["train"]
        s2["compare"]
        s0 -->|rows| s1
        s1 -->|model| s2
        m0 -->|others| s2
        m1 -->|others| s2
        m0 -->|others| s2"
    `);
  });
});

describe("planToMermaid", () => {
  it("draws nodes and an edge for every handle that is passed", () => {
    expect(planToMermaid(plan)).toMatchInlineSnapshot(`
      "flowchart TD
        s0["load"]
        s1["train"]
        s2["train-big"]
        s3["best"]
        s0 -->|rows| s1
        s0 -->|rows| s2
        s1 -->|model as models| s3
        s2 -->|model as models| s3
        s1 -->|accuracy as scores| s3"
    `);
  });
});

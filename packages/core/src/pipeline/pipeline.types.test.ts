import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { ArtifactType, FileRef } from "../artifacts/artifact-type.ts";
import { artifact } from "../artifacts/types.ts";
import { createFramework } from "../framework.ts";
import { list, optional, record } from "./inputs.ts";
import { pipeline } from "./pipeline.ts";
import { step } from "./step.ts";
import type { Handle } from "./types.ts";

// What the compiler infers and what it refuses: `tsc -p tsconfig.tests.json` is the check. What is refused stands in functions that are
// never called; what is inferred is planned, too.

const { runPipeline } = createFramework(async () => []);

const Row = z.object({ mass: z.number(), species: z.string() });

const load = step(
  { name: "load", outputs: { rows: artifact.json(Row.array()), big: artifact.json(z.boolean()) } },
  async () => ({ rows: [{ mass: 1, species: "a" }], big: true }),
);

const train = step(
  {
    name: "train",
    inputs: { rows: artifact.json(Row.array()), base: optional(artifact.file()) },
    params: z.object({ trees: z.int().default(60) }),
    outputs: { model: artifact.file(), accuracy: artifact.json(z.number()) },
  },
  async ({ rows, trees, base }, { file }) => {
    expectTypeOf(rows).toEqualTypeOf<{ mass: number; species: string }[]>();
    expectTypeOf(trees).toEqualTypeOf<number>();
    expectTypeOf(base).toEqualTypeOf<FileRef | undefined>();
    return { model: file("forest.json", "{}"), accuracy: 0.9 };
  },
);

const best = step(
  {
    name: "best",
    inputs: { models: list(artifact.file()), scores: record(artifact.json(z.number())) },
    outputs: { model: artifact.file() },
  },
  ({ models, scores }, { file }) => {
    expectTypeOf(models).toEqualTypeOf<readonly FileRef[]>();
    expectTypeOf(scores).toEqualTypeOf<Readonly<Record<string, number>>>();
    return { model: models.at(0) ?? file("none", "") };
  },
);

const words = step({ name: "words", outputs: { all: artifact.json(z.array(z.string())) } }, () => ({ all: ["a"] }));

const count = step(
  { name: "count", inputs: { all: optional(list(artifact.json(z.string()))) }, outputs: { n: artifact.json(z.int()) } },
  ({ all }) => {
    expectTypeOf(all).toEqualTypeOf<readonly string[] | undefined>();
    return { n: all?.length ?? 0 };
  },
);

const settings = step(
  { name: "settings", params: z.object({ lr: z.number(), tag: z.string().optional() }) },
  ({ lr, tag }) => {
    expectTypeOf(lr).toEqualTypeOf<number>();
    expectTypeOf(tag).toEqualTypeOf<string | undefined>();
  },
);

const nothing = step({ name: "nothing" }, () => {});

const iso = z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() });
const dated = step(
  { name: "dated", inputs: { at: artifact.json(iso) }, outputs: { at: artifact.json(iso) } },
  ({ at }) => {
    expectTypeOf(at).toEqualTypeOf<Date>();
    return { at: new Date(at.getTime() + 1000) };
  },
);

const stamp = step({ name: "stamp", outputs: { at: artifact.json(z.iso.datetime()) } }, () => ({
  at: "1970-01-01T00:00:00Z",
}));

const session: ArtifactType<{ readonly session: string }, "onnx"> = {
  kind: "onnx",
  form: "bytes",
  pack: (value) => ({ form: "bytes", bytes: Buffer.from(value.session) }),
  unpack: (packed) => ({ session: packed.form === "bytes" ? Buffer.from(packed.bytes).toString() : "" }),
};
const open = step({ name: "open", outputs: { onnx: session } }, () => ({ onnx: { session: "s" } }));
const score = step({ name: "score", inputs: { onnx: session }, outputs: { same: session } }, ({ onnx }) => ({
  same: onnx,
}));

/** A step factory as a user may write one. */
function loader<T>(name: string, schema: z.ZodType<T>) {
  return step({ name, outputs: { rows: artifact.json(schema) } }, async () => ({ rows: schema.parse([]) }));
}
const Id = z.object({ id: z.string() });
const ids = step(
  { name: "ids", inputs: { rows: artifact.json(Id.array()) }, outputs: { n: artifact.json(z.int()) } },
  ({ rows }) => ({
    n: rows.length,
  }),
);
const people = loader("people", Id.array());
const wide = loader("wide", Id.extend({ age: z.number() }).array());

const instancesOf = (plan: { readonly instances: readonly { readonly name: string }[] }) =>
  plan.instances.map(({ name }) => name);

describe("wiring is inferred", () => {
  it("from outputs to inputs, through named instances, optional, list and record inputs", () => {
    const p = pipeline({ name: "penguins", params: z.object({ trees: z.int().default(60) }) }, ({ trees }) => {
      expectTypeOf(trees).toEqualTypeOf<number>();
      const { rows } = load();
      expectTypeOf(rows).toEqualTypeOf<Handle<{ mass: number; species: string }[]>>();
      const { model, accuracy } = train({ rows, trees });
      const again = train.named("train-more")({ rows, trees: trees * 2, base: model });
      return best({ models: [model, again.model], scores: { a: accuracy, b: again.accuracy } });
    });
    expect(instancesOf(p.plan())).toEqual(["load", "train", "train-more", "best"]);
  });

  it("takes one handle of a list as a list, and leaves an optional list out", () => {
    const p = pipeline({ name: "lists" }, () => {
      count({ all: words().all });
      count.named("none")();
      count.named("none-either")({});
    });
    expect(instancesOf(p.plan())).toEqual(["words", "count", "none", "none-either"]);
  });

  it("of zod codecs by the value that they decode to", () => {
    const now = step({ name: "now", outputs: { at: artifact.json(iso) } }, () => ({ at: new Date(0) }));
    const p = pipeline({ name: "dates" }, () => dated({ at: now().at }));
    expect(instancesOf(p.plan())).toEqual(["now", "dated"]);
  });

  it("of a third party's artifact types", () => {
    const p = pipeline({ name: "onnx" }, () => score({ onnx: open().onnx }));
    expect(instancesOf(p.plan())).toEqual(["open", "score"]);
  });

  it("through a user's step factory, and from a producer with more fields than are needed", () => {
    const p = pipeline({ name: "factories" }, () => {
      ids({ rows: people().rows });
      ids.named("of-wide")({ rows: wide().rows });
    });
    expect(instancesOf(p.plan())).toEqual(["people", "ids", "wide", "of-wide"]);
  });

  it("of steps with parameters alone, with optional ones, and with nothing", () => {
    const p = pipeline({ name: "params" }, () => {
      settings({ lr: 1 });
      settings.named("tagged")({ lr: 1, tag: "x" });
      nothing();
      nothing.named("again")({});
    });
    expect(p.plan().instances.map(({ params }) => params)).toEqual([{ lr: 1 }, { lr: 1, tag: "x" }, {}, {}]);
  });
});

describe("bodies", () => {
  it("may return literals, tuples and members of unions without writing their types", async () => {
    const Choice = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("x"), n: z.number() }),
      z.object({ kind: z.literal("y") }),
    ]);
    const literals = step(
      {
        name: "literals",
        params: z.object({ first: z.boolean() }),
        outputs: {
          k: artifact.json(z.enum(["a", "b"])),
          t: artifact.json(z.tuple([z.number(), z.number()])),
          d: artifact.json(Choice),
          v: artifact.json(z.union([z.string(), z.null()])),
        },
      },
      async ({ first }) => {
        if (first) return { k: "a", t: [1, 2], d: { kind: "x", n: 1 }, v: null };
        return { k: "b", t: [3, 4], d: { kind: "y" }, v: "s" };
      },
    );
    const { k, d } = await literals.run({ first: true });
    expectTypeOf(k).toEqualTypeOf<"a" | "b">();
    expect([k, d]).toEqual(["a", { kind: "x", n: 1 }]);
  });

  it("may do nothing but throw", async () => {
    const later = step({ name: "later", outputs: { a: artifact.text() } }, async () => {
      throw new Error("not written yet");
    });
    const never = step({ name: "never" }, () => {
      throw new Error("not written yet");
    });
    await expect(later.run({})).rejects.toThrow("not written yet");
    await expect(never.run({})).rejects.toThrow("not written yet");
  });

  it("may return nothing when there is no output, and may throw on a path", async () => {
    const effect = step({ name: "effect", inputs: { a: artifact.text() } }, async ({ a }) => {
      if (a === "") throw new Error("empty");
    });
    await expect(effect.run({ a: "x" })).resolves.toEqual({});
    await expect(effect.run({ a: "" })).rejects.toThrow("empty");
  });

  it("are called by run() with values and give values", async () => {
    const { accuracy } = await train.run({ rows: [], trees: 1, base: undefined });
    expectTypeOf(accuracy).toEqualTypeOf<number>();
    expect(accuracy).toBe(0.9);
  });
});

const trainer = pipeline({ name: "trainer", params: z.object({ k: z.string() }) }, () => ({
  model: train({ rows: load().rows }).model,
}));

describe("the compiler refuses", () => {
  it("wrong wiring", () => {
    const refused = () => {
      const { rows } = load();
      const { model, accuracy } = train({ rows });
      // @ts-expect-error wrong wiring
      train({ rows: model });
      // @ts-expect-error missing input
      train({});
      // @ts-expect-error missing input, no argument
      train();
      // @ts-expect-error unknown input
      train({ rows, extra: 1 });
      // @ts-expect-error a plain value is not an input
      train({ rows: [] });
      // @ts-expect-error a list's items have the wrong type
      best({ models: [rows], scores: {} });
      // @ts-expect-error a record's entries have the wrong type
      best({ models: [model], scores: { a: rows } });
      // @ts-expect-error a third party's artifact is not a file
      score({ onnx: model });
      // @ts-expect-error a producer with too few fields
      ids({ rows });
      // @ts-expect-error unknown output
      void train({ rows }).modle;
      // @ts-expect-error the text of a date is not a date
      dated({ at: stamp().at });
      void accuracy;
    };
    expect(refused).toThrow("called outside a pipeline");
  });

  it("wrong parameters", () => {
    const refused = () => {
      const { rows } = load();
      // @ts-expect-error text for a number
      train({ rows, trees: "60" });
      // @ts-expect-error a handle is not a parameter
      train({ rows, trees: train({ rows }).accuracy });
      // @ts-expect-error a parameter without a default is missing
      settings({});
      // @ts-expect-error a pipeline's parameters
      trainer.plan({ k: 1 });
    };
    expect(refused).toThrow("called outside a pipeline");
  });

  it("bodies that do not return what is declared", () => {
    const text = artifact.text();
    const k = artifact.json(z.enum(["a", "b"]));
    const refused = [
      // @ts-expect-error missing output
      step({ name: "x", outputs: { a: text, b: text } }, () => ({ a: "1" })),
      // @ts-expect-error wrong output
      step({ name: "x", outputs: { a: text } }, () => ({ a: 1 })),
      // @ts-expect-error nothing although an output is declared
      step({ name: "x", outputs: { a: text } }, () => {}),
      // @ts-expect-error undeclared output
      step({ name: "x", outputs: { a: text } }, () => ({ a: "1", b: 2 })),
      // @ts-expect-error undeclared output, async
      step({ name: "x", outputs: { a: text } }, async () => ({ a: "1", b: 2 })),
      // @ts-expect-error undeclared output in one of two branches
      step({ name: "x", params: z.object({ p: z.boolean() }), outputs: { a: text } }, ({ p }) => {
        const more = { a: "1", b: 2 };
        return p ? more : { a: "1" };
      }),
      // @ts-expect-error an output although none is declared
      step({ name: "x" }, async () => ({ a: "1" })),
      // @ts-expect-error a value that is none of the literals
      step({ name: "x", outputs: { k } }, () => ({ k: "c" })),
    ];
    expect(refused.map(({ stepName }) => stepName)).toEqual(Array(8).fill("x"));
  });

  it("a name that is both input and parameter", () => {
    const refused = () =>
      // @ts-expect-error the body receives both in one object
      step({ name: "x", inputs: { a: artifact.text() }, params: z.object({ a: z.string() }) }, () => {});
    expect(refused).toThrow('Step x has "a" both as input and as parameter.');
  });

  it("wrong parameters of runPipeline, whose outputs are typed", async () => {
    const accepted = async () => {
      const { outputs } = await runPipeline(trainer, { params: { k: "1" } });
      expectTypeOf(outputs).toEqualTypeOf<{ readonly model: FileRef }>();
    };
    // @ts-expect-error text, not a number
    const refused = () => runPipeline(trainer, { params: { k: 1 } });
    await expect(refused()).rejects.toThrow("Parameter of pipeline trainer: k:");
    expectTypeOf(accepted).returns.resolves.toBeVoid();
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { artifact } from "../artifacts/types.ts";
import { list } from "./inputs.ts";
import { step, stepCodeOf } from "./step.ts";

const code = (value: string) => expect.objectContaining({ code: value, hint: expect.any(String) });

describe("step", () => {
  it.each([
    ["its name", () => step({ name: "a b" }, () => {})],
    ["an input", () => step({ name: "a", inputs: { "b.c": artifact.text() } }, () => {})],
    ["an output", () => step({ name: "a", outputs: { "": artifact.text() } }, () => ({ "": "x" }))],
  ])("refuses a name that cannot be used for %s", (_what, define) => {
    expect(define).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
  });

  it("refuses a name that is both input and parameter", () => {
    const params: z.ZodObject = z.object({ rows: z.number() });
    expect(() => step({ name: "train", inputs: { rows: artifact.text() }, params: params as never }, () => {})).toThrow(
      code("PIPELINE_INVALID"),
    );
  });

  it("D06 takes names that every object has", () => {
    const inputs = { constructor: artifact.text(), toString: artifact.text() };
    const params = z.object({ valueOf: z.number() });
    expect(step({ name: "hasOwnProperty", inputs, params }, () => {}).stepName).toBe("hasOwnProperty");
  });

  it("is known as a step, and nothing else is", () => {
    const train = step({ name: "train" }, () => {});
    expect(stepCodeOf(train)?.name).toBe("train");
    expect(stepCodeOf(train.named("b"))).toBe(stepCodeOf(train));
    expect([stepCodeOf(() => {}), stepCodeOf({}), stepCodeOf(null)]).toEqual([undefined, undefined, undefined]);
  });

  it("refuses to be called outside a pipeline and says how to call its body", () => {
    const train = step({ name: "train" }, () => {});
    expect(() => train()).toThrow(code("PIPELINE_INVALID"));
    expect(() => train()).toThrow(expect.objectContaining({ hint: expect.stringContaining("train.run(values)") }));
  });

  it("refuses an instance name that cannot be used", () => {
    expect(() => step({ name: "train" }, () => {}).named("a/b")).toThrow('The instance name "a/b" cannot be used');
  });
});

describe("step.run", () => {
  const grow = step(
    {
      name: "grow",
      inputs: { texts: list(artifact.text()) },
      params: z.object({ times: z.int() }),
      outputs: { text: artifact.text(), file: artifact.file() },
    },
    ({ texts, times }, { file }) => ({ text: texts.join("").repeat(times), file: file("out.txt", "content") }),
  );

  it("calls the body with the values given and returns its outputs", async () => {
    const { text, file } = await grow.run({ texts: ["a", "b"], times: 2 });
    expect(text).toBe("abab");
    expect(readFileSync(file.path, "utf8")).toBe("content");
  });

  it("gives every output file a folder of its own, so that names may be equal", async () => {
    const twins = step({ name: "twins", outputs: { a: artifact.file(), b: artifact.directory() } }, (_, context) => ({
      a: context.file("x"),
      b: context.folder("x"),
    }));
    const { a, b } = await twins.run({});
    expect(a.path).not.toBe(b.folder);
    expect(() => readFileSync(a.path)).toThrow("ENOENT");
  });

  it("refuses a file name that leaves the step's folder", async () => {
    const escape = step({ name: "escape", outputs: { f: artifact.file() } }, (_, { file }) => ({
      f: file("../x", ""),
    }));
    await expect(escape.run({})).rejects.toMatchObject({ code: "NAME_INVALID" });
  });

  it("knows its step and instance, and takes what the caller gives of the context", async () => {
    const who = step({ name: "who", outputs: { names: artifact.json(z.array(z.string())) } }, (_, context) => ({
      names: [context.stepName, context.instance, context.runName],
    }));
    expect((await who.named("second").run({}, { runName: "mine" })).names).toEqual(["who", "second", "mine"]);
  });

  it("has a tracker that forgets and a registry that is not there", async () => {
    const log = step({ name: "log", outputs: { id: artifact.json(z.string().nullable()) } }, async (_, context) => {
      context.tracker.logMetric("loss", 1);
      await context.tracker.logParam("lr", 0.1);
      context.logger.info("unheard");
      return { id: context.tracker.runId ?? null };
    });
    expect((await log.run({})).id).toBeNull();
    const register = step({ name: "register" }, async (_, { models }) => {
      await models.registry();
    });
    await expect(register.run({})).rejects.toThrow(code("REGISTRY_MISSING"));
  });

  it("B04 refuses a body that leaves out an output, naming step and output", async () => {
    // As plain JavaScript, or a cast, may do.
    const forgetful = step({ name: "forgetful", outputs: { a: artifact.text() } }, () => ({ a: undefined as never }));
    await expect(forgetful.run({})).rejects.toThrow(
      expect.objectContaining({
        code: "OUTPUT_MISSING",
        message: 'Step forgetful returned no value for its output "a".',
        hint: "Return it from the body: { a: … }.",
      }),
    );
  });

  it("passes on what the body throws", async () => {
    const failing = step({ name: "failing" }, () => {
      throw new RangeError("too far");
    });
    await expect(failing.run({})).rejects.toThrow(RangeError);
  });
});

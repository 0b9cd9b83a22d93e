import { z } from "zod";
import { issuesOf } from "../artifacts/json-type.ts";
import { StackError } from "../errors.ts";
import { checkIdentifier, checkLabel, checkPortableName } from "../names.ts";
import { topologicalOrder } from "./graph.ts";
import type { Plan } from "./plan.ts";
import { storedParams } from "./params.ts";
import { didYouMean } from "../suggest.ts";
import { PlanBuilder, type StepSettings } from "./plan-builder.ts";
import type { StepCode } from "./step.ts";
import type { Handle, NoParams } from "./types.ts";

declare const RESULT: unique symbol;

/** A described pipeline. Run it with `runPipeline(p)` or `stack run FILE`. */
export interface Pipeline<P extends z.ZodObject, R> {
  readonly pipelineName: string;
  /**
   * Calls the pipeline function once and returns what it placed.
   *
   * @throws StackError PARAM_INVALID, PIPELINE_INVALID
   */
  plan(params?: z.input<P>): Plan;
  readonly [RESULT]?: [P, R];
}

export interface PipelineDefinition<P extends z.ZodObject> {
  readonly name: string;
  readonly params?: P;
  /** The experiment that its runs are tracked in, unless the run configuration names one. */
  readonly experiment?: string;
}

/** What is known about a run before its plan is made. */
export interface PlanOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly entry?: Plan["entry"];
  /** Per instance, from the run configuration. */
  readonly settings?: Readonly<Record<string, StepSettings>>;
}

/** A plan together with the code of its instances, in the process that made it. */
export interface BuiltPlan {
  readonly plan: Plan;
  readonly steps: ReadonlyMap<string, StepCode>;
}

/** A pipeline as the framework sees it. */
export interface PipelineCode {
  readonly name: string;
  readonly params: z.ZodObject;
  build(options: PlanOptions): BuiltPlan;
}

const PIPELINE = Symbol.for("@modelstack/pipeline");

/** The definition behind a pipeline, or `undefined` for anything else. */
export function pipelineCodeOf(value: unknown): PipelineCode | undefined {
  return typeof value === "object" && value !== null ? (value as { [PIPELINE]?: PipelineCode })[PIPELINE] : undefined;
}

/**
 * Describes a pipeline. `build` is called once for every plan: it calls steps, passes their handles on, and returns the handles whose
 * values the run gives back. It must do nothing else, since values do not exist yet.
 *
 * ```ts
 * export default pipeline({ name: "penguins", params: z.object({ trees: z.int().default(60) }) }, ({ trees }) => {
 *   const { rows } = load();
 *   return train({ rows, trees });
 * });
 * ```
 */
export function pipeline<
  P extends z.ZodObject = NoParams,
  // oxlint-disable-next-line typescript/no-explicit-any -- handles of any value
  R extends Readonly<Record<string, Handle<any, any>>> | void = void,
>(definition: PipelineDefinition<P>, build: (params: z.output<P>) => R): Pipeline<P, R> {
  const name = checkPortableName("The pipeline name", definition.name);
  const schema: z.ZodObject = (definition.params ?? z.object({})).strict();
  const experiment =
    definition.experiment === undefined ? {} : { experiment: checkLabel("The experiment", definition.experiment) };
  const code: PipelineCode = {
    name,
    params: schema,
    build: ({ params: given = {}, entry, settings }) => {
      const parsed = schema.safeParse(given);
      if (!parsed.success) throw invalidParams(name, schema, parsed.error);
      const params = storedParams(schema, given, parsed.data, `the parameters of pipeline ${name}`);
      const builder = new PlanBuilder(name, settings);
      const result = builder.record(() => build(parsed.data as z.output<P>));
      const outputs = collect(builder, name, result);
      const { instances, steps } = builder.finish();
      const plan: Plan = {
        version: 1,
        pipeline: name,
        ...experiment,
        ...(entry === undefined ? {} : { entry }),
        params,
        instances,
        outputs,
      };
      topologicalOrder(plan);
      return { plan, steps };
    },
  };
  return Object.freeze({
    [PIPELINE]: code,
    pipelineName: name,
    plan: (params?: z.input<P>) => code.build(params === undefined ? {} : { params }).plan,
  });
}

function invalidParams(name: string, schema: z.ZodObject, error: z.ZodError): StackError {
  const known = Object.keys(schema.shape);
  const [issue] = error.issues;
  if (issue?.code === "unrecognized_keys") {
    const unknown = issue.keys[0]!;
    return new StackError("PARAM_INVALID", `Pipeline ${name} has no parameter "${unknown}".`, {
      hint: didYouMean(unknown, known, "It takes"),
    });
  }
  return new StackError("PARAM_INVALID", `Parameter of pipeline ${name}: ${issuesOf(error)}.`, {
    hint: `It takes: ${known.join(", ") || "no parameters"}.`,
  });
}

function collect(builder: PlanBuilder, name: string, result: unknown): Plan["outputs"] {
  if (result === undefined) return {};
  if (result instanceof Promise) {
    // Its steps after the first await would never be placed.
    result.catch(() => undefined);
    throw new StackError("PIPELINE_INVALID", `The function of pipeline ${name} is async.`, {
      hint: "Describe the graph without await: what must wait belongs into a step.",
    });
  }
  return Object.fromEntries(
    Object.entries(result as object).map(([key, handle]) => [
      checkIdentifier(`The output of pipeline ${name}`, key),
      builder.refOf(handle, `its output ${key}`),
    ]),
  );
}

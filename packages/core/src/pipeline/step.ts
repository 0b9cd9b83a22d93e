import { z } from "zod";
import { StackError } from "../errors.ts";
import { checkIdentifier } from "../names.ts";
import type { StepContext } from "./context.ts";
import { currentBuilder } from "./plan-builder.ts";
import { standaloneContext } from "./standalone-context.ts";
import type {
  CallArgs,
  Handles,
  Inputs,
  NoParams,
  Outputs,
  ParamsOut,
  ReceivedArgs,
  Returned,
  Show,
  Values,
  WireArgs,
} from "./types.ts";

/** What a plan should know about an instance before it runs. */
export interface InstanceHints {
  /** The model that this instance registers a version of. */
  readonly registers?: { readonly model: string; readonly version?: string };
}

export interface StepDefinition<I extends Inputs, P extends z.ZodObject, O extends Outputs> {
  readonly name: string;
  readonly inputs?: I;
  readonly params?: P &
    (keyof I & keyof ParamsOut<P> extends never
      ? unknown
      : { readonly "a name is both input and param": keyof I & keyof ParamsOut<P> });
  readonly outputs?: O;
  /** `own` gives each instance a tracked run of its own, nested in that of the pipeline run. Default `run`: all share one. */
  readonly track?: "run" | "own";
  /** How long the body may take to return once the run is cancelled, in seconds; then it is given up. Default 1. */
  readonly grace?: number;
  /** Variables of the environment that the step needs: a run does not begin without them. */
  readonly needs?: readonly string[];
  /** Computed from the parameters when the plan is made. */
  readonly hints?: (params: ParamsOut<P>) => InstanceHints;
}

/** One kind of work with typed inputs, parameters and outputs. Call it in a pipeline to place it in the graph. */
export interface Step<I extends Inputs, P extends z.ZodObject, O extends Outputs> {
  (...args: CallArgs<WireArgs<I, P>>): Handles<O>;
  readonly stepName: string;
  /** Another place in the graph under its own name. */
  named(instance: string): Step<I, P, O>;
  /** Calls the body without a pipeline: for unit tests. What `context` leaves out is a temporary folder and a tracker that forgets. */
  run(args: Show<ReceivedArgs<I, P>>, context?: Partial<StepContext>): Promise<Values<O>>;
}

/** A step as the framework sees it: its types are checked where it is defined and wired. */
export interface StepCode {
  readonly name: string;
  readonly inputs: Inputs;
  readonly params: z.ZodObject;
  readonly outputs: Outputs;
  readonly track: "run" | "own";
  readonly grace: number;
  readonly needs: readonly string[];
  readonly hints: (params: Record<string, unknown>) => InstanceHints;
  readonly body: (args: Record<string, unknown>, context: StepContext) => unknown;
}

// Of each member of a union; a body that only throws has none.
type KeysOfEach<T> = T extends unknown ? keyof T : never;
type Extra<B extends (...args: never[]) => unknown, O> = Exclude<KeysOfEach<Awaited<ReturnType<B>>>, keyof O>;
type NoExtra<B extends (...args: never[]) => unknown, O> = [Extra<B, O>] extends [never]
  ? unknown
  : { readonly "undeclared output": Extra<B, O> };

/**
 * Defines a step.
 *
 * ```ts
 * const train = step(
 *   { name: "train", inputs: { rows: artifact.json(Rows) }, params: z.object({ trees: z.int().default(60) }),
 *     outputs: { model: artifact.file() } },
 *   async ({ rows, trees }, { file, tracker }) => ({ model: file("forest.json", fit(rows, trees)) }),
 * );
 * ```
 *
 * @throws StackError NAME_INVALID for a name that cannot be used, PIPELINE_INVALID when a name is both input and parameter.
 */
export function step<
  const I extends Inputs = {},
  P extends z.ZodObject = NoParams,
  const O extends Outputs = {},
  // The body is its own type parameter: otherwise literals in what it returns would widen.
  B extends (args: ReceivedArgs<I, P>, context: StepContext) => Returned<O> | Promise<Returned<O>> = (
    args: ReceivedArgs<I, P>,
    context: StepContext,
  ) => Returned<O> | Promise<Returned<O>>,
>(definition: StepDefinition<I, P, O>, body: B & NoExtra<B, O>): Step<I, P, O> {
  checkIdentifier("The step name", definition.name);
  const code: StepCode = {
    name: definition.name,
    inputs: definition.inputs ?? {},
    // Unknown names are refused; made once, since a plan may have thousands of instances.
    params: (definition.params ?? z.object({})).strict(),
    outputs: definition.outputs ?? {},
    track: definition.track ?? "run",
    grace: definition.grace ?? 1,
    needs: definition.needs ?? [],
    // The definition's own types were checked above; the framework passes what it validated against the same schemas.
    hints: (definition.hints ?? (() => ({}))) as StepCode["hints"],
    body: body as unknown as StepCode["body"],
  };
  checkNames(code);
  // The runtime is untyped: the signature above is what holds it together.
  return place(code, code.name) as unknown as Step<I, P, O>;
}

function checkNames(code: StepCode): void {
  for (const name of Object.keys(code.inputs)) {
    checkIdentifier(`The input of step ${code.name}`, name);
    if (Object.hasOwn(code.params.shape, name)) {
      throw new StackError("PIPELINE_INVALID", `Step ${code.name} has "${name}" both as input and as parameter.`, {
        hint: "Rename one of them: the body receives both in one object.",
      });
    }
  }
  for (const name of Object.keys(code.outputs)) checkIdentifier(`The output of step ${code.name}`, name);
}

const STEP = Symbol.for("@modelstack/step");

/** The definition behind a step, or `undefined` for anything else. */
export function stepCodeOf(value: unknown): StepCode | undefined {
  return typeof value === "function" ? (value as { [STEP]?: StepCode })[STEP] : undefined;
}

function place(code: StepCode, instance: string): object {
  const call = (args: Record<string, unknown> = {}) => {
    const builder = currentBuilder();
    if (builder === undefined) {
      throw new StackError("PIPELINE_INVALID", `Step ${code.name} was called outside a pipeline.`, {
        hint: `Call it in the function given to pipeline(), or use ${code.name}.run(values) to call its body alone.`,
      });
    }
    return builder.place(code, instance, args);
  };
  return Object.assign(call, {
    [STEP]: code,
    stepName: code.name,
    named: (name: string) => place(code, checkIdentifier("The instance name", name)),
    run: async (args: Record<string, unknown>, context: Partial<StepContext> = {}) => {
      const values = (await code.body(args, { ...standaloneContext(code.name, instance), ...context })) ?? {};
      return checkOutputs(code, values as Record<string, unknown>);
    },
  });
}

/**
 * The values of a body's declared outputs.
 *
 * @throws StackError OUTPUT_MISSING naming the step and the output
 */
export function checkOutputs(code: StepCode, values: Record<string, unknown>): Record<string, unknown> {
  for (const name of Object.keys(code.outputs)) {
    if (values[name] === undefined) {
      throw new StackError("OUTPUT_MISSING", `Step ${code.name} returned no value for its output "${name}".`, {
        hint: `Return it from the body: { ${name}: … }.`,
      });
    }
  }
  return values;
}

import type { AnyArtifactType } from "../artifacts/artifact-type.ts";
import type { MetricPoint } from "../components/experiment-tracker.ts";
import type { RunView } from "../components/records.ts";
import type { Json } from "../json.ts";
import type { PipelineCode } from "../pipeline/pipeline.ts";
import type { PlanInstance } from "../pipeline/plan.ts";
import type { Stack } from "../stack/stack.ts";
import { readLog } from "./attempt-logs.ts";
import { tookOf, type RunFacts, type StepFacts } from "./read-run.ts";
import { historyOf, metricsOf, trackedOf, type RunTracked } from "./run-metrics.ts";
import { storedOutput, type StoredOutput } from "./stored-output.ts";
import type { WithStack } from "./with-stack.ts";

/** An instance of a run, as it was when the run was read. */
export interface StoredStep extends Omit<StepFacts, "outputs"> {
  readonly outputs: Readonly<Record<string, StoredOutput>>;
  /** What its attempts printed and logged, one after the other. */
  log(): Promise<string>;
}

/** A run as it was when it was read. `O` are the values of the pipeline's outputs. */
export interface StoredRun<O = Readonly<Record<string, unknown>>> extends RunView {
  /** The pipeline's. */
  readonly params: Readonly<Record<string, Json>>;
  /** How long it took, once it has ended. */
  readonly milliseconds?: number;
  /** By instance, in an order in which they can run. */
  readonly steps: Readonly<Record<string, StoredStep>>;
  /** The pipeline's. */
  readonly outputs: { readonly [K in keyof O]: StoredOutput<O[K]> };
  /**
   * The last point of every metric, as the tracker has it now; those of steps with a tracked run of their own as `instance.metric`.
   * Empty on a stack without a tracker.
   */
  metrics(): Promise<Readonly<Record<string, MetricPoint>>>;
  /** All points of a metric of {@link StoredRun.metrics}, by step. */
  metricHistory(name: string): Promise<readonly MetricPoint[]>;
}

/** Turns what was read of a run into what can be used. `code` gives the pipeline's outputs their types. */
export function storedRun(withStack: WithStack, facts: RunFacts, code?: PipelineCode): StoredRun {
  const { run, plan, steps } = facts;
  const took = tookOf(run);
  const tracked = <T>(use: (stack: Stack, tracked: RunTracked | undefined) => Promise<T>) =>
    withStack(async (stack) => {
      const tracker = await stack.experimentTracker();
      return use(stack, tracker === undefined ? undefined : await trackedOf(tracker, facts));
    });
  const instances = new Map(plan.instances.map((instance) => [instance.name, instance]));
  const stored = steps.map((s) => [s.instance, storedStep(withStack, facts, s, instances.get(s.instance)!)] as const);
  const byName = Object.fromEntries(stored);
  return {
    ...run,
    params: plan.params,
    ...(took === undefined ? {} : { milliseconds: took }),
    steps: byName,
    outputs: pipelineOutputs(withStack, facts, byName, code),
    metrics: () => tracked(async (_, found) => (found === undefined ? {} : metricsOf(found))),
    metricHistory: (name) =>
      tracked(async (stack, found) =>
        found === undefined ? [] : historyOf((await stack.experimentTracker())!, found, name),
      ),
  };
}

function storedStep(withStack: WithStack, { run }: RunFacts, step: StepFacts, { outputs }: PlanInstance): StoredStep {
  const entries = Object.entries(outputs).map(([name, { kind }]) => {
    const place = { run, kind, ref: `${step.instance}.${name}`, record: step.outputs[name] };
    return [name, storedOutput(withStack, place)] as const;
  });
  const log = async ({ stateFolder }: Stack) => {
    const texts = await Promise.all(step.attempts.map((attempt) => readLog(stateFolder, attempt)));
    return texts.join("");
  };
  return { ...step, outputs: Object.fromEntries(entries), log: () => withStack(log) };
}

function pipelineOutputs(
  withStack: WithStack,
  { run, plan }: RunFacts,
  steps: StoredRun["steps"],
  code: PipelineCode | undefined,
): StoredRun["outputs"] {
  const types = code === undefined ? new Map<string, AnyArtifactType>() : declaredOutputs(code, plan.params);
  const stored = Object.entries(plan.outputs).map(([name, { instance, output }]) => {
    const { ref, kind, record } = steps[instance]!.outputs[output]!;
    return [name, storedOutput(withStack, { run, ref, kind, record, type: types.get(name) })] as const;
  });
  // What the code returns by now and did not when it ran is there too, so that reading it says so.
  const missing = [...types]
    .filter(([name]) => plan.outputs[name] === undefined)
    .map(([name, { kind }]) => [name, storedOutput(withStack, { run, ref: name, kind })] as const);
  return Object.fromEntries([...missing, ...stored]);
}

/** The types that a pipeline's code gives its outputs; none where it no longer takes the parameters that the run had. */
function declaredOutputs(code: PipelineCode, params: Readonly<Record<string, Json>>): Map<string, AnyArtifactType> {
  try {
    const { plan, steps } = code.build({ params });
    return new Map(
      Object.entries(plan.outputs).map(([name, { instance, output }]) => [name, steps.get(instance)!.outputs[output]!]),
    );
  } catch {
    return new Map();
  }
}

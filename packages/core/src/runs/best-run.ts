import { StackError } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";
import { firstSucceeded, metricCandidates, outputCandidates, type Goal, type TrackedAmong } from "./candidates.ts";
import { namedPipeline, type AnyPipeline, type OutputsOf, type RunSelection, type UnknownPipeline } from "./get-run.ts";
import { readRun, type RunFacts } from "./read-run.ts";
import { requireTracker } from "../stack/require-tracker.ts";
import { storedRun, type StoredRun } from "./stored-run.ts";
import type { WithStack } from "./with-stack.ts";

/** The names of outputs that may be numbers. */
type NumberOutput<O> = {
  [K in keyof O]: unknown extends O[K] ? K : O[K] extends number | undefined ? K : never;
}[keyof O] &
  string;

/** What makes a run the best one. */
export type BestRunQuery<P extends AnyPipeline = UnknownPipeline> = RunSelection<P> & {
  /** Which values are better. */
  readonly goal: Goal;
} & (
    | {
        /** The last value of this metric counts, of the run or of a step that is tracked alone. */
        readonly metric: string;
        /** Only runs that were tracked in this experiment. */
        readonly experiment?: string;
        /** Only tracked runs that fit, in MLflow's language: `params.trees = '60' AND metrics.loss < 0.1`. */
        readonly filter?: string;
        readonly output?: never;
      }
    | {
        /** The value of this pipeline output counts, where it is a number. It needs no tracker. */
        readonly output: NumberOutput<OutputsOf<P>>;
        readonly metric?: never;
        readonly experiment?: never;
        readonly filter?: never;
      }
  );

/** The best run, and what makes it so. */
export interface BestRun<O = Readonly<Record<string, unknown>>> extends StoredRun<O> {
  readonly best: {
    readonly value: number;
    /** The step that is tracked alone and has the metric. */
    readonly instance?: string;
  };
}

/**
 * The succeeded run with the highest or lowest value; of equal ones the newest. What is no number does not take part.
 *
 * @throws StackError RUN_NOT_FOUND when no run has such a value; TRACKER_MISSING for a metric on a stack without a tracker;
 * EXPERIMENT_NOT_FOUND, FILTER_INVALID
 */
export async function bestRunOn<P extends AnyPipeline>(
  withStack: WithStack,
  query: BestRunQuery<P>,
): Promise<BestRun<OutputsOf<P>>> {
  const { name: pipeline, code } = namedPipeline(query.pipeline);
  const { metric, output, goal, experiment, filter } = query;
  const ranking = { metric, output, goal, experiment, filter, pipeline };
  const { facts, best } = await withStack((stack) => findBest(stack, ranking));
  // The pipeline's type says what its outputs are.
  return { ...storedRun(withStack, facts, code), best } as unknown as BestRun<OutputsOf<P>>;
}

/** By what runs are ranked, and among which. */
export interface Ranking extends TrackedAmong {
  readonly metric?: string | undefined;
  readonly output?: string | undefined;
  readonly goal: Goal;
}

/** What `bestRun` does, on an open stack and as plain facts. */
export async function findBest(
  stack: Stack,
  ranking: Ranking,
): Promise<{ readonly facts: RunFacts; readonly best: BestRun["best"] }> {
  const metadata = await stack.metadataStore();
  const found = await firstSucceeded(metadata, await candidatesOf(stack, ranking));
  if (found === undefined) throw noneHas(ranking);
  const { value, instance } = found.candidate;
  return {
    facts: await readRun(metadata, found.run),
    best: { value, ...(instance === undefined ? {} : { instance }) },
  };
}

async function candidatesOf(stack: Stack, { metric, output, goal, ...among }: Ranking) {
  if (metric === undefined) return outputCandidates(await stack.metadataStore(), output!, goal, among.pipeline);
  const tracker = await requireTracker(stack, "a metric", "Rank by a pipeline output that is a number instead");
  return metricCandidates(tracker, metric, goal, among);
}

function noneHas({ metric, output, pipeline, experiment, filter }: Ranking): StackError {
  const what = metric === undefined ? `a number as its output "${output}"` : `the metric "${metric}"`;
  const where = [
    ...(pipeline === undefined ? [] : [` of pipeline ${pipeline}`]),
    ...(experiment === undefined ? [] : [` in experiment ${experiment}`]),
    ...(filter === undefined ? [] : [" that fits the filter"]),
  ].join("");
  return new StackError("RUN_NOT_FOUND", `No run${where} has succeeded and has ${what}.`, {
    hint: "stack runs show RUN says what a run has.",
  });
}

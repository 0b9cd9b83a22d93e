import { compareFacts, type ComparedFact, type KnownFacts } from "../comparison.ts";
import type { RunView } from "../components/records.ts";
import { commitsBetween, type CommitsBetween } from "../execution/commits-between.ts";
import { environmentOf } from "../models/version-facts.ts";
import type { Stack } from "../stack/stack.ts";
import { knownFacts, stepsOf } from "./known-facts.ts";
import { readRun, tookOf, type RunFacts } from "./read-run.ts";
import { versionsOfRun } from "./run-connections.ts";

/** A run in a comparison. */
export interface ComparedRun extends Pick<RunView, "id" | "name" | "pipeline" | "status" | "createdAt"> {
  /** How long it took, once it has ended. */
  readonly milliseconds?: number;
}

/** Runs side by side. */
export interface RunComparison {
  readonly runs: readonly ComparedRun[];
  /**
   * In the groups run, params, metrics, outputs (the pipeline's; numbers and short texts as they are, all else by digest), inputs (the data that went in) and tags. Metrics
   * and parameters of steps are named `instance.name`.
   */
  readonly facts: readonly ComparedFact[];
}

/** Lays runs side by side, with everything that is known of them; see `differs` for what they do not have in common. */
export async function compareRuns(stack: Stack, runs: readonly RunView[]): Promise<RunComparison> {
  const metadata = await stack.metadataStore();
  const all = await Promise.all(runs.map((run) => readRun(metadata, run)));
  const known = await Promise.all(all.map((facts) => knownFacts(stack, facts)));
  return { runs: all.map(comparedRun), facts: compareFacts(known) };
}

/** Two runs side by side, with what lies between them. */
export interface RunDiff extends RunComparison {
  /** In the repository of the project. */
  readonly commits: CommitsBetween;
}

/**
 * Compares two runs: beside what {@link compareRuns} gives, their plans (the group steps: what each step is and takes), the commits between,
 * and, where both registered a model version, what they ran on (environment and packages).
 */
export async function diffRuns(stack: Stack, a: RunView, b: RunView): Promise<RunDiff> {
  const metadata = await stack.metadataStore();
  const both = [await readRun(metadata, a), await readRun(metadata, b)] as const;
  const known = await Promise.all(both.map((facts) => knownFacts(stack, facts)));
  const environments = await Promise.all(both.map((facts) => environmentOfRun(stack, facts)));
  const comparable = environments.every((environment) => environment !== undefined);
  const all = known.map((facts, i) => ({
    ...facts,
    steps: stepsOf(both[i]!.plan),
    ...(comparable ? environments[i] : {}),
  }));
  return {
    runs: both.map(comparedRun),
    facts: compareFacts(all),
    commits: await commitsBetween(stack.projectFolder, a.commit, b.commit),
  };
}

/** What a run ran on, as a version says that one of its steps registered. */
async function environmentOfRun(stack: Stack, { run }: RunFacts): Promise<KnownFacts | undefined> {
  const registry = await stack.modelRegistry();
  if (registry === undefined) return undefined;
  // One that was registered later tells on what that was done.
  const version = (await versionsOfRun(registry, run.id)).find(({ tags }) =>
    tags["modelstack.registered_by"]?.startsWith(`run/${run.id}/`),
  );
  return version && environmentOf(registry, version);
}

function comparedRun({ run }: RunFacts): ComparedRun {
  const { id, name, pipeline, status, createdAt } = run;
  const milliseconds = tookOf(run);
  return { id, name, pipeline, status, createdAt, ...(milliseconds === undefined ? {} : { milliseconds }) };
}

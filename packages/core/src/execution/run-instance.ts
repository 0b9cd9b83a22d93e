import { ArtifactIo } from "../artifacts/artifact-io.ts";
import { join } from "node:path";
import type { AttemptStatus, RunRecord } from "../components/records.ts";
import { isStackError, StackError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import type { BuiltPlan } from "../pipeline/pipeline.ts";
import { planDigest } from "../pipeline/plan.ts";
import { makePrivateFolder } from "../platform.ts";
import type { Stack } from "../stack/stack.ts";
import { EventWriter } from "./event-writer.ts";
import { holdLease, type RunSettings } from "./execute-run.ts";
import { checkNeeds } from "./plan-checks.ts";
import { findPipeline } from "./pipeline-file.ts";
import type { ModelsForSteps } from "./run-models.ts";
import { readSourceState } from "./source-control.ts";
import { withLateFailures } from "./step-output.ts";
import { programScope } from "./step-programs.ts";
import { StepRunner } from "./step-runner.ts";

/** How one instance went. */
export interface InstanceResult {
  readonly instance: string;
  /** `done` when it had succeeded before and was not run again. */
  readonly status: AttemptStatus | "done";
}

/**
 * Runs one instance of a stored plan alone: imports the plan's entry, builds the plan again, and takes the lease of that instance.
 *
 * @throws StackError RUN_NOT_FOUND, INSTANCE_NOT_FOUND, RUN_HELD, INPUT_NOT_READY; PLAN_CHANGED when the code now gives another plan
 */
export async function runInstance(
  stack: Stack,
  runId: string,
  name: string,
  models: ModelsForSteps,
  settings: RunSettings = {},
): Promise<InstanceResult> {
  const metadata = await stack.metadataStore();
  const run = await metadata.getRun(runId);
  const stored = await metadata.getPlan(run.plan);
  if (!stored.instances.some((instance) => instance.name === name)) {
    throw new StackError("INSTANCE_NOT_FOUND", `Run ${run.name} has no instance "${name}".`, {
      hint: didYouMean(
        name,
        stored.instances.map((instance) => instance.name),
        "Instances",
      ),
    });
  }
  if ((await metadata.attempts(run.id)).some(({ instance, status }) => instance === name && status === "succeeded")) {
    return { instance: name, status: "done" };
  }
  if (stored.entry === undefined) {
    throw new StackError("PLAN_INVALID", `Run ${run.name} was started from code that no other process can find.`, {
      hint: "Only runs of `stack run FILE` can have their steps run one by one.",
    });
  }
  const { pipeline, entry } = await findPipeline(
    join(stack.projectFolder, stored.entry.module),
    stack.projectFolder,
    stored.entry.export,
  );
  // What the run configuration set is in the stored instances' parameters already.
  const overrides = Object.fromEntries(
    stored.instances.map((instance) => [instance.name, { params: instance.params, track: instance.track }]),
  );
  const { plan, steps } = rebuilt(run, stored.entry.module, () =>
    pipeline.build({ params: stored.params, entry, settings: overrides }),
  );
  const programs = programScope(stack);
  checkNeeds([steps.get(name)!], programs.variables);
  await makePrivateFolder(stack.stateFolder);
  const [tracker, source] = await Promise.all([stack.experimentTracker(), readSourceState(stack.projectFolder)]);
  const lease = await holdLease(metadata, `run/${run.id}/${name}`);
  let status: AttemptStatus = "failed";
  try {
    const tracked =
      tracker === undefined || run.trackedRun === undefined ? undefined : await tracker.getRun(run.trackedRun);
    const writer = new EventWriter(run.id);
    const signal = settings.signal ?? new AbortController().signal;
    const runner = new StepRunner({
      run,
      plan,
      steps,
      stateFolder: stack.stateFolder,
      metadata,
      artifacts: new ArtifactIo(() => stack.artifactStore(), metadata),
      tracker,
      tracked,
      writer,
      lease: lease.current,
      programs,
      signal,
      models: models.of(stack, {
        run,
        plan,
        source,
        found: [],
        signal,
        record: (event) => metadata.append([writer.stamp(event)]),
        ...(settings.onWarning === undefined ? {} : { onWarning: settings.onWarning }),
      }),
      fetch: (reference, place) => stack.fetch(reference, place),
      observe: (event) => {
        if (event.kind === "attempt-finished") status = event.status;
      },
      ...(settings.onPrint === undefined ? {} : { onPrint: settings.onPrint }),
    });
    await withLateFailures(() => runner.run(name));
  } finally {
    await lease.release();
  }
  return { instance: name, status };
}

/** What `build` gives, if it is the run's plan. Code that no longer takes what the run set has changed, too. */
function rebuilt(run: RunRecord, module: string, build: () => BuiltPlan): BuiltPlan {
  const changed = (cause?: unknown) =>
    new StackError("PLAN_CHANGED", `${module} now describes another plan than run ${run.name} has.`, {
      hint: `Check out the commit of the run${run.commit === undefined ? "" : ` (${run.commit.slice(0, 12)})`}, or start a new run.`,
      cause,
    });
  let built: BuiltPlan;
  try {
    built = build();
  } catch (error) {
    if (isStackError(error) && (error.code === "RUN_CONFIG_INVALID" || error.code === "PARAM_INVALID"))
      throw changed(error);
    throw error;
  }
  if (planDigest(built.plan) !== run.plan) throw changed();
  return built;
}

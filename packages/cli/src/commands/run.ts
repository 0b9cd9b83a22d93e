import {
  causeOf,
  executeRun,
  itemsOf,
  modelsForSteps,
  type RegistryModelVersion,
  type RunResult,
  type Stack,
} from "@modelstack/core";
import { next, openStackFor, print, say, type Context, type StackFlags } from "../context.ts";
import { buildFromFile, type PlanFlags } from "../pipeline-input.ts";
import { progressFor } from "../render/progress.ts";
import { duration } from "../render/time.ts";
import { onSignal } from "../signals.ts";

export interface RunFlags extends StackFlags, PlanFlags {
  readonly name?: string;
  readonly tag?: readonly (readonly [string, string])[];
  readonly experiment?: string;
}

export default async function run(this: Context, flags: RunFlags, file: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const { built, config, raw } = await buildFromFile(file, stack.projectFolder, this.io.cwd(), flags);
  const signals = onSignal();
  const progress = await progressFor(this.io);
  const begun = performance.now();
  let result: RunResult;
  try {
    result = await executeRun(built, stack, modelsForSteps, {
      trigger: "command",
      ...nameOf(flags.name ?? config.name),
      ...experimentOf(flags.experiment ?? config.experiment),
      tags: { ...config.tags, ...Object.fromEntries(flags.tag ?? []) },
      signal: signals.signal,
      onStart: (record, plan) => progress.start(record, plan),
      onEvent: (event, state) => progress.event(event, state),
      onPrint: (instance, text) => progress.print(instance, text),
      onWarning: (message) => say(this, `warning: ${message}`),
      ...(raw === undefined ? {} : { configuration: raw }),
    });
  } finally {
    progress.stop();
    signals.dispose();
  }
  const took = performance.now() - begun;
  const versions = await versionsOf(
    stack,
    result,
    built.plan.instances.some(({ hints }) => hints.registers !== undefined),
  );
  print(this, flags, summary(result, versions, took), () => text(result, versions, took));
  if (result.status === "succeeded") {
    return next(this, flags, async () => [
      `runs show ${result.run.id}`,
      ...(await comparison(stack, result)),
      ...versions.map(({ model, version }) => `models show ${model}/${version}`),
    ]);
  }
  if (signals.exitCode !== undefined) this.exitCode = signals.exitCode;
  throw await causeOf(await stack.metadataStore(), result);
}

/** With the run of the pipeline that succeeded before, if there is one. */
async function comparison(stack: Stack, { run: { id, pipeline } }: RunResult): Promise<string[]> {
  const metadata = await stack.metadataStore();
  const { items } = await metadata.listRuns({ pipeline, status: "succeeded", limit: 2 });
  const before = items.find((run) => run.id !== id);
  // As much of the ids as says the millisecond: a line that a terminal shows whole.
  return before === undefined ? [] : [`runs compare ${before.id.slice(0, 13)} ${id.slice(0, 13)}`];
}

function nameOf(name: string | undefined) {
  return name === undefined ? {} : { name };
}

function experimentOf(experiment: string | undefined) {
  return experiment === undefined ? {} : { experiment };
}

async function versionsOf(
  stack: Stack,
  { run: { id } }: RunResult,
  registers: boolean,
): Promise<RegistryModelVersion[]> {
  const registry = registers ? await stack.modelRegistry() : undefined;
  if (registry === undefined) return [];
  const tags = { "modelstack.pipeline_run_id": id };
  return Array.fromAsync(itemsOf((page) => registry.listModelVersions({ tags, order: "asc", ...page })));
}

function summary(
  { run: record, status, cause, state }: RunResult,
  versions: readonly RegistryModelVersion[],
  took: number,
) {
  return {
    run: record.id,
    name: record.name,
    pipeline: record.pipeline,
    status,
    ...(cause === undefined ? {} : { cause }),
    milliseconds: Math.round(took),
    instances: Object.fromEntries([...state.instances].map(([name, instance]) => [name, instance.status])),
    versions: versions.map(({ model, version, stage, modelDigest, url }) => ({
      model,
      version,
      stage,
      modelDigest,
      url,
    })),
  };
}

function text({ run: record, status }: RunResult, versions: readonly RegistryModelVersion[], took: number): string {
  const lines = versions.map(
    ({ model, version, stage }) => `registered ${model}/${version}${stage === "None" ? "" : ` (${stage})`}`,
  );
  const pages = versions.flatMap(({ url }) => (url === undefined ? [] : [url]));
  return [...lines, `${status} in ${duration(took)}: run ${record.id}`, ...pages].join("\n");
}

import {
  isDigest,
  shortDigest,
  SIBLINGS,
  tookOf,
  type RegistryModelVersion,
  type RunFacts,
  type RunUse,
  type StepFacts,
} from "@modelstack/core";
import { versionText } from "./lineage.ts";
import { fields, table } from "./table.ts";
import { duration } from "./time.ts";

/** A run with its steps, as `--json` gives it. */
export function runJson({ run, plan, steps }: RunFacts) {
  return { ...run, params: plan.params, steps: steps.map(stepJson) };
}

function stepJson({ step: _, params: _params, attempts, outputs, ...step }: StepFacts) {
  const last = attempts.at(-1);
  return {
    ...step,
    attempts: attempts.length,
    ...(last?.trackedRun === undefined ? {} : { trackedRun: last.trackedRun }),
    ...(last?.log === undefined ? {} : { log: last.log }),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest])),
  };
}

type Field = readonly [name: string, value: string];

/** What a run has to do with what lies outside of it. */
export interface RunConnections {
  readonly registered: readonly RegistryModelVersion[];
  readonly used: RunUse;
}

/** A run with its steps, as people read it; `first` are lines before the others. */
export function runText(
  { run, plan, steps }: RunFacts,
  first: readonly Field[] = [],
  connections?: RunConnections,
): string {
  const milliseconds = tookOf(run);
  const took = milliseconds === undefined ? "" : ` in ${duration(milliseconds)}`;
  const head = fields([
    ...first,
    ["run", `${run.name}  ${run.id}`],
    ["pipeline", run.pipeline],
    ["status", `${run.status}${took}${run.cause === undefined ? "" : `, because ${run.cause} failed`}`],
    ["started", `${run.createdAt} by ${run.user} on stack ${run.stack}`],
    ["command", run.command],
    ["commit", run.commit === undefined ? "-" : `${run.commit}${run.dirty === true ? " (with changes)" : ""}`],
    [
      "params",
      Object.entries(plan.params)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(" ") || "(the defaults)",
    ],
    [
      "tags",
      Object.entries(run.tags)
        .map(([key, value]) => `${key}=${value}`)
        .join(" ") || "-",
    ],
    ["tracked run", run.trackedRun ?? "-"],
    ...(connections === undefined ? [] : connectionLines(connections)),
  ]);
  const rows = steps.map(({ instance, status, milliseconds, outputs, because, error }) => [
    instance,
    status,
    milliseconds === undefined ? "" : duration(milliseconds),
    because ??
      error?.message ??
      Object.entries(outputs)
        .map(([name, { digest }]) => `${name} ${shortDigest(digest)}`)
        .join(", "),
  ]);
  return `${head}\n\n${table(["STEP", "STATUS", "TOOK", "OUTPUTS"], rows)}`;
}

function connectionLines({ registered, used }: RunConnections): Field[] {
  const data = used.data.map(({ name, version, source, digest }) =>
    [name, version, source, digest !== undefined && isDigest(digest) ? shortDigest(digest) : digest]
      .filter((part) => part !== undefined)
      .join("  "),
  );
  const models = used.models.map(({ model, version, uri }) => `${model}/${version}  as ${uri}`);
  return [...list("registered", registered.map(versionText)), ...list("used", [...data, ...models])];
}

/** A line for each, and one for those that are too many. */
function list(name: string, values: readonly string[]): Field[] {
  const rest = values.length - SIBLINGS;
  const lines = [...values.slice(0, SIBLINGS), ...(rest > 0 ? [`… ${rest} more`] : [])];
  // What names from elsewhere hold must not look like another line.
  return lines.map((line) => [name, line.replaceAll(/[\r\n\t]+/g, " ")]);
}

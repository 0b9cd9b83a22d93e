import type { RunInput } from "../components/experiment-tracker.ts";
import type { RegistryModelVersion } from "../components/model-registry.ts";
import { formatModelUri, type ModelReference } from "../components/model-uri.ts";
import type { ModelOrigin, OutputRecord, RunView } from "../components/records.ts";
import type { Digest } from "../digest.ts";
import type { Stack } from "../stack/stack.ts";
import type { ArtifactNode, DataNode, StepNode, VersionNode } from "./lineage.ts";
import type { StepFacts } from "./read-run.ts";

// What lineage says of each kind of thing. Ids are made of what makes it one: who made an output, where a version is registered.

export function artifactNode(
  { run, instance, name, digest }: Pick<OutputRecord, "run" | "instance" | "name" | "digest">,
  known: {
    readonly runName?: string | undefined;
    readonly type?: string | undefined;
    readonly named?: string | undefined;
  },
): ArtifactNode {
  const { runName = run, ...about } = known;
  return {
    kind: "artifact",
    id: `artifact:${run}/${instance}.${name}`,
    digest,
    ...defined(about),
    run,
    runName,
    instance,
    output: name,
  };
}

export function stepNode({ id, name, pipeline, commit }: RunView, instance: string, step?: StepFacts): StepNode {
  return {
    kind: "step",
    id: stepId(id, instance),
    run: id,
    runName: name,
    pipeline,
    instance,
    ...defined({ status: step?.status, commit }),
  };
}

/** An instance of a run that is not here, with what the tags of a version say of it. */
export function forgottenStep(run: string, instance: string, tags: Readonly<Record<string, string>> = {}): StepNode {
  const pipeline = tags["modelstack.pipeline_name"];
  const commit = tags["modelstack.git_commit"];
  const runName = tags["modelstack.pipeline_run_name"] ?? run;
  return { kind: "step", id: stepId(run, instance), run, runName, instance, ...defined({ pipeline, commit }) };
}

function stepId(run: string, instance: string): string {
  return `step:${run}/${instance}`;
}

export function versionNode(
  { name: stack, place }: Pick<Stack, "name" | "place">,
  found: RegistryModelVersion,
): VersionNode {
  const { model, version, tags, stages, aliases, modelDigest } = found;
  const byHand =
    tags["modelstack.pipeline_run_id"] === undefined
      ? {
          registeredBy: tags["modelstack.registered_by"],
          user: tags["modelstack.user"] ?? tags["modelstack.upload_user"],
        }
      : {};
  return { ...unknownVersion({ stack, place, model, version }, modelDigest), stages, aliases, ...defined(byHand) };
}

/** Which version it is, and of which registry. */
export type PlacedVersion = Pick<ModelOrigin, "stack" | "model" | "version"> & Pick<ModelReference, "place">;

/** A version as far as somebody who received it knows it. */
export function unknownVersion(
  { stack, place = {}, model, version }: PlacedVersion,
  digest: Digest | undefined,
): VersionNode {
  const uri = formatModelUri(model, version, { place });
  return {
    kind: "version",
    id: `version:${stack}/${uri.slice("models:/".length)}`,
    model,
    version,
    stack,
    ...(Object.keys(place).length === 0 ? {} : { place }),
    ...defined({ digest }),
  };
}

export function dataNode({ name, digest, version, source }: RunInput): DataNode {
  const id = `data:${name}@${digest ?? version ?? source ?? ""}`;
  // What is named by its address has told it already.
  return { kind: "data", id, name, ...defined({ digest, version, source: source === name ? undefined : source }) };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** What is not known is left out. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

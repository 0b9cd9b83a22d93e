import type { FoundArtifact } from "../artifacts/find-artifact.ts";
import type { Place } from "../components/model-uri.ts";
import type { ModelVersionStage, RegistryModelVersion } from "../components/model-registry.ts";
import type { Digest } from "../digest.ts";
import type { Stack } from "../stack/stack.ts";
import { LineageWalk } from "./lineage-walk.ts";
import type { StepFacts } from "./read-run.ts";

/** Data that a run says it read: what was recorded with `tracker.logInput`. */
export interface DataNode {
  readonly kind: "data";
  readonly id: string;
  readonly name: string;
  readonly digest?: string;
  readonly version?: string;
  /** Where it came from: a URI or a path. */
  readonly source?: string;
}

/** An output of an instance of a run. Two outputs with equal content have equal digests. */
export interface ArtifactNode {
  readonly kind: "artifact";
  readonly id: string;
  readonly digest: Digest;
  /** The artifact type's kind. */
  readonly type?: string;
  /** `name:version`, of a named output. */
  readonly named?: string;
  /** The run's id. */
  readonly run: string;
  readonly runName: string;
  readonly instance: string;
  readonly output: string;
}

/** An instance of a run. */
export interface StepNode {
  readonly kind: "step";
  readonly id: string;
  /** The run's id. */
  readonly run: string;
  readonly runName: string;
  readonly pipeline?: string;
  readonly instance: string;
  /** Left out when the run was deleted, or is kept elsewhere: then only what a model version says of it is known. */
  readonly status?: StepFacts["status"];
  readonly commit?: string;
}

/** A model version. */
export interface VersionNode {
  readonly kind: "version";
  readonly id: string;
  readonly model: string;
  readonly version: string;
  /** The stack whose registry has it. */
  readonly stack: string;
  /** Where on its server that registry is, if a reference said another place than stack.yaml. */
  readonly place?: Place;
  /** Left out when the registry cannot be asked, or has it no more. */
  readonly stages?: readonly ModelVersionStage[];
  readonly aliases?: readonly string[];
  /** Left out of a version that another program registered, whose files were not fetched. */
  readonly digest?: Digest;
  /** What registered it, when no run made it: `stack models register`. */
  readonly registeredBy?: string;
  readonly user?: string;
}

export type LineageNode = DataNode | ArtifactNode | StepNode | VersionNode;

/** Something went into something. */
export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  /** The input's or output's name. */
  readonly name?: string;
}

/** What something was made from, up to the data, and what came of it, down to model versions and the runs that use them. */
export interface LineageGraph {
  /** What was asked for: one version, or every output that holds an artifact. */
  readonly roots: readonly string[];
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

/** The lineage of a version of the stack's registry. */
export async function lineageOfVersion(stack: Stack, version: RegistryModelVersion): Promise<LineageGraph> {
  const walk = new LineageWalk(stack);
  const root = walk.version(version);
  await walk.follow("up", [root]);
  await walk.follow("down", [root]);
  return walk.graph([root]);
}

/** The lineage of an artifact, of all the outputs that hold it, of whatever run. */
export async function lineageOfArtifact(stack: Stack, { record, outputs }: FoundArtifact): Promise<LineageGraph> {
  const walk = new LineageWalk(stack);
  const roots: string[] = [];
  // Newest first: of many, the oldest are of the least interest.
  for (const output of outputs.toReversed()) roots.push(await walk.output(output));
  await walk.follow("up", roots);
  await walk.follow("down", [...roots, ...(await walk.registeredAs(record.digest, roots))]);
  return walk.graph(roots);
}

import { StackError } from "../errors.ts";
import { findRun } from "../execution/find-run.ts";
import { pipelineCodeOf, type Pipeline, type PipelineCode } from "../pipeline/pipeline.ts";
import type { Handle, NoParams, PipelineOutputs } from "../pipeline/types.ts";
import { readRun } from "./read-run.ts";
import { storedRun, type StoredRun } from "./stored-run.ts";
import type { WithStack } from "./with-stack.ts";

// The types of parameters and handles stand where only `any` accepts all of them.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyPipeline = Pipeline<any, any>;
/** A pipeline of which nothing is known: its outputs are of unknown types. */
export type UnknownPipeline = Pipeline<NoParams, Readonly<Record<string, Handle<unknown>>>>;
/** The values of a pipeline's outputs. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export type OutputsOf<P extends AnyPipeline> = P extends Pipeline<any, infer R> ? ValuesOf<R> : never;
type ValuesOf<R> = unknown extends R ? Readonly<Record<string, unknown>> : [R] extends [void] ? {} : PipelineOutputs<R>;

/** Which runs are meant. */
export interface RunSelection<P extends AnyPipeline = UnknownPipeline> {
  /** Only runs of this pipeline: its name, or the pipeline itself, which gives the outputs their types. */
  readonly pipeline?: string | P;
}

/** Reads the run that `reference` means. @throws StackError RUN_NOT_FOUND, AMBIGUOUS; PIPELINE_NOT_FOUND */
export async function getRunOn<P extends AnyPipeline>(
  withStack: WithStack,
  reference: string,
  { pipeline }: RunSelection<P>,
): Promise<StoredRun<OutputsOf<P>>> {
  const { name, code } = namedPipeline(pipeline);
  const facts = await withStack(async (stack) => {
    const metadata = await stack.metadataStore();
    return readRun(metadata, await findRun(metadata, reference, name === undefined ? {} : { pipeline: name }));
  });
  // The pipeline's type says what its outputs are.
  return storedRun(withStack, facts, code) as StoredRun<OutputsOf<P>>;
}

/** @throws StackError PIPELINE_NOT_FOUND for something that is neither a name nor a pipeline */
export function namedPipeline(pipeline: string | AnyPipeline | undefined): {
  readonly name: string | undefined;
  readonly code?: PipelineCode;
} {
  if (pipeline === undefined || typeof pipeline === "string") return { name: pipeline };
  const code = pipelineCodeOf(pipeline);
  if (code !== undefined) return { name: code.name, code };
  throw new StackError("PIPELINE_NOT_FOUND", "`pipeline` is neither a pipeline nor the name of one.");
}

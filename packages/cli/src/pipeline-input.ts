import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  findPipeline,
  isStackError,
  messageOf,
  StackError,
  type BuiltPlan,
  type Json,
  type PipelineCode,
} from "@modelstack/core";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { callPipelineFile } from "./user-code.ts";

/** The flags that say what a pipeline is run with. */
export interface PlanFlags {
  readonly param?: readonly (readonly [string, string])[];
  readonly config?: string;
  readonly export?: string;
}

const json: z.ZodType<Json> = z.json();
const runConfig = z.strictObject({
  name: z.string().optional(),
  experiment: z.string().optional(),
  tags: z.record(z.string(), z.string()).default({}),
  params: z.record(z.string(), json).default({}),
  steps: z
    .record(
      z.string(),
      z.strictObject({ params: z.record(z.string(), json).default({}), track: z.enum(["run", "own"]).optional() }),
    )
    .default({}),
});

/** A run configuration file: what `--config run.yaml` holds. */
export type RunConfig = z.output<typeof runConfig>;

export interface PipelineInput {
  readonly built: BuiltPlan;
  readonly config: RunConfig;
  /** The configuration file as it was read. */
  readonly raw: Json | undefined;
}

/** Finds the pipeline in a file and makes its plan with the parameters that the flags and the run configuration give. */
export async function buildFromFile(
  file: string,
  projectFolder: string,
  cwd: string,
  flags: PlanFlags,
): Promise<PipelineInput> {
  const { config, raw } =
    flags.config === undefined
      ? { config: runConfig.parse({}), raw: undefined }
      : await readRunConfig(resolve(cwd, flags.config));
  const path = resolve(cwd, file);
  const { pipeline, entry } = await callPipelineFile(path, () => findPipeline(path, projectFolder, flags.export));
  const params = { ...config.params, ...parseParams(pipeline, flags.param ?? []) };
  const settings = Object.fromEntries(
    Object.entries(config.steps).map(([name, { params: own, track }]) => [
      name,
      { params: own, ...(track === undefined ? {} : { track }) },
    ]),
  );
  const built = await callPipelineFile(path, () => pipeline.build({ params, entry, settings }));
  return { built, config, raw };
}

/** A value is taken as JSON where the parameter's schema accepts that, else as text: `trees=60`, `name=007`. */
function parseParams(pipeline: PipelineCode, given: readonly (readonly [string, string])[]): Record<string, unknown> {
  return Object.fromEntries(
    given.map(([key, text]) => {
      const { shape } = pipeline.params;
      const schema = Object.hasOwn(shape, key) ? (shape[key] as z.ZodType) : undefined;
      const candidates = [asJson(text), text].filter((value) => value !== undefined);
      return [key, candidates.find((value) => schema?.safeParse(value).success) ?? candidates[0]];
    }),
  );
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readRunConfig(path: string): Promise<{ config: RunConfig; raw: Json }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The run configuration ${path} cannot be read: ${messageOf(cause)}.`, {
      cause,
    });
  }
  try {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) {
      const { line, col: column } = lineCounter.linePos(problem.pos[0]);
      throw new StackError("RUN_CONFIG_INVALID", problem.message, { location: { file: path, line, column } });
    }
    const raw = (document.toJS({ maxAliasCount: 100 }) ?? {}) as Json;
    const parsed = runConfig.safeParse(raw);
    if (parsed.success) return { config: parsed.data, raw };
    throw new StackError("RUN_CONFIG_INVALID", `${path}: ${z.prettifyError(parsed.error)}`, {
      hint: "It takes name, experiment, tags, params, and steps with params and track for each instance.",
    });
  } catch (error) {
    if (isStackError(error)) throw error;
    throw new StackError("RUN_CONFIG_INVALID", `${path}: ${messageOf(error)}`, { cause: error });
  }
}

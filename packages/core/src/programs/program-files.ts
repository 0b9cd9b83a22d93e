import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { z } from "zod";
import type { AnyArtifactType, Packed } from "../artifacts/artifact-type.ts";
import { REFERENCE_KIND, type Reference } from "../artifacts/reference.ts";
import { isStackError, StackError } from "../errors.ts";
import { encodeJson } from "../json.ts";
import type { StepContext } from "../pipeline/context.ts";
import type { Inputs, InputType, Outputs } from "../pipeline/types.ts";
import { linkOrCopy } from "../platform.ts";
import { checkFileName, safeJoin } from "../safe-path.ts";
import { variableFor } from "./program-variables.ts";

/** Where a program finds what it is given, and leaves what it makes. */
export interface ProgramPlaces {
  readonly inputs: Readonly<Record<string, string | undefined>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly paramsFile: string;
  readonly metrics: string;
  readonly folder: string;
}

/** What a program takes and gives, and where it leaves it relative to the step's own folder. */
export interface ProgramInterface {
  readonly inputs: Inputs;
  readonly params: z.ZodObject;
  readonly outputs: Outputs;
  readonly paths: Readonly<Record<string, string | undefined>>;
  readonly metrics: string;
}

/** Writes the values that a step received as files into its folder, and makes the folders for what the program will leave. */
export async function layOut(
  program: ProgramInterface,
  args: Readonly<Record<string, unknown>>,
  folder: string,
  fetch: StepContext["fetch"],
): Promise<ProgramPlaces> {
  const inputs: [string, string | undefined][] = [];
  await mkdir(join(folder, "inputs"), { mode: 0o700 });
  for (const [name, type] of Object.entries(program.inputs)) {
    inputs.push([name, await placeInput(type, args[name], { folder: join(folder, "inputs"), name, fetch })]);
  }
  const outputs = Object.entries(program.outputs).map(
    ([name, type]) =>
      [name, safeJoin(folder, program.paths[name] ?? `outputs/${name}${type.extension ?? ""}`)] as const,
  );
  const metrics = safeJoin(folder, program.metrics);
  for (const path of [...outputs.map(([, path]) => path), metrics])
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const params = Object.fromEntries(Object.keys(program.params.shape).map((name) => [name, args[name]]));
  const paramsFile = join(folder, "params.json");
  await writeFile(paramsFile, encodeJson(inInputForm(program.params, params), "params"), { mode: 0o600 });
  return {
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    params,
    paramsFile,
    metrics,
    folder,
  };
}

/** As they are written in a pipeline and in plans. A transform that has no way back leaves what it made. */
function inInputForm(schema: z.ZodObject, params: Record<string, unknown>): unknown {
  try {
    return z.encode(schema, params);
  } catch {
    return params;
  }
}

/** Where a value is put, and under which name if it has none. */
interface Spot {
  readonly folder: string;
  readonly name: string;
  readonly fetch: StepContext["fetch"];
}

async function placeInput(type: InputType, value: unknown, spot: Spot): Promise<string | undefined> {
  if (value === undefined) return undefined;
  switch (type.form) {
    case "optional":
      return placeInput(type.of as InputType, value, spot);
    case "list": {
      const items = value as readonly unknown[];
      // Of one width, so that sorting the names keeps the order.
      const width = String(items.length - 1).length;
      const entries = items.map((item, i) => [String(i).padStart(width, "0"), item] as const);
      return placeAll(type.of, entries, spot);
    }
    case "record":
      return placeAll(type.of, Object.entries(value as object), spot);
    case "bytes":
    case "file":
    case "directory":
      return (await place(type, value, spot)).path;
  }
}

async function placeAll(
  type: AnyArtifactType,
  entries: readonly (readonly [string, unknown])[],
  { name: all, fetch, ...spot }: Spot,
): Promise<string> {
  const folder = join(spot.folder, all);
  await mkdir(folder, { mode: 0o700 });
  for (const [name, value] of entries) {
    const { path, form } = await place(type, value, { folder, name: checkFileName(name), fetch });
    const extension = form === "file" ? extname(path) : "";
    if (form !== "bytes") await linkOrCopy(path, join(folder, name + extension));
  }
  return folder;
}

interface Placed {
  readonly path: string;
  readonly form: Packed["form"];
}

/** Where a value lies: files, folders and the data of references where they are, anything else in a file that is written here. */
async function place(type: AnyArtifactType, value: unknown, { folder, name, fetch }: Spot): Promise<Placed> {
  if (type.kind === REFERENCE_KIND) return { path: (await fetch(value as Reference)).path, form: "file" };
  const packed = await type.pack(value);
  if (packed.form !== "bytes") return { path: resolve(packed.path), form: packed.form };
  const path = join(folder, `${name}${packed.extension ?? type.extension ?? ""}`);
  await writeFile(path, packed.bytes, { mode: 0o600 });
  return { path, form: "bytes" };
}

/**
 * The values of what a program left.
 *
 * @throws StackError OUTPUT_MISSING, OUTPUT_INVALID naming the path
 */
export async function readOutputs(
  { outputs }: ProgramInterface,
  places: ProgramPlaces,
  instance: string,
): Promise<Record<string, unknown>> {
  const values: [string, unknown][] = [];
  for (const [name, type] of Object.entries(outputs)) {
    const path = places.outputs[name]!;
    try {
      values.push([name, await type.unpack(await packedAt(path, type.form))]);
    } catch (error) {
      throw whyNot(error, `output "${name}"`, { instance, path, variable: variableFor("OUTPUT", name) });
    }
  }
  return Object.fromEntries(values);
}

async function packedAt(path: string, form: Packed["form"]): Promise<Packed> {
  const isFolder = (await stat(path)).isDirectory();
  // Which of the two it may be is for the type to say: a model may be either.
  if (form !== "bytes") return { form: isFolder ? "directory" : "file", path };
  if (isFolder) throw new StackError("ARTIFACT_INVALID", "expected a file, got a folder");
  return { form, bytes: await readFile(path) };
}

/** The error for a file that a program should have left. */
export function whyNot(
  error: unknown,
  what: string,
  { instance, path, variable }: { readonly instance: string; readonly path: string; readonly variable: string },
): unknown {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") {
    return new StackError("OUTPUT_MISSING", `Step ${instance} left nothing at ${path} for its ${what}.`, {
      hint: `The program has to write it there: the path is in ${variable}. Parts of it can be chosen with "paths".`,
    });
  }
  if (!isStackError(error, "invalid")) return error;
  return new StackError(
    "OUTPUT_INVALID",
    `Step ${instance} left at ${path} what is not its ${what}: ${error.message}`,
    {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    },
  );
}

import { existsSync, lstatSync, mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  ArtifactIo,
  findRun,
  isStackError,
  itemsOf,
  messageOf,
  parseSignature,
  parseStage,
  registerModelOn,
  StackError,
  type FileRef,
  type FolderRef,
  type Json,
  type OutputRecord,
  type Stack,
  type TransferOptions,
  type VersionBump,
} from "@modelstack/core";
import { next, openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { loggedModel } from "../../logged-model.ts";
import { withTransfer } from "../../transfer.ts";

export interface Flags extends StackFlags {
  readonly run?: string;
  readonly step?: string;
  readonly artifact?: string;
  readonly version?: string;
  readonly bump?: VersionBump;
  readonly description?: string;
  readonly tag?: readonly (readonly [string, string])[];
  readonly metric?: readonly (readonly [string, number])[];
  readonly stage?: string;
  readonly alias?: readonly string[];
  readonly file?: readonly string[];
  readonly format?: string;
  readonly signature?: string;
  readonly inputExample?: string;
  readonly requireClean?: boolean;
}

export default async function register(this: Context, flags: Flags, name: string, path?: string): Promise<void> {
  if ((flags.run === undefined) === (path === undefined) || (flags.run !== undefined && flags.artifact === undefined)) {
    throw new StackError("USAGE", "Say which model: a PATH, or an output of a run.", {
      hint: `stack models register ${name} PATH\n  or: stack models register ${name} --run RUN [--step STEP] --artifact OUTPUT`,
    });
  }
  const described = await describedData(flags, this.io.cwd());
  await using stack = await openStackFor(this, flags);
  const folder = mkdtempSync(join(tmpdir(), "modelstack-"));
  try {
    const version = await withTransfer(this, name, async (options) => {
      const source =
        path === undefined
          ? await outputOf(stack, flags, folder, options)
          : { model: filesAt(resolve(this.io.cwd(), path)), provenance: {} };
      const registration = {
        name,
        model: source.model,
        version: flags.version,
        bump: flags.bump,
        description: flags.description,
        format: flags.format,
        tags: Object.fromEntries(flags.tag ?? []),
        metrics: Object.fromEntries(flags.metric ?? []),
        stage: flags.stage === undefined ? undefined : parseStage(flags.stage),
        aliases: flags.alias,
        ...described,
        files: flags.file?.map((file) => ({ path: resolve(this.io.cwd(), file) })),
      };
      const provenance = {
        registeredBy: "stack models register",
        ...(flags.requireClean === undefined ? {} : { requireClean: flags.requireClean }),
        ...source.provenance,
      };
      return registerModelOn(stack, registration, provenance, options);
    });
    print(this, flags, version, () => `registered ${version.model}/${version.version}`);
    await next(this, flags, () => [`models show ${version.model}/${version.version}`]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the files of `--signature` and `--input-example` hold. */
async function describedData({ signature, inputExample }: Flags, folder: string) {
  const read = async (file: string) => {
    try {
      return await readFile(resolve(folder, file), "utf8");
    } catch (cause) {
      throw new StackError("FILE_NOT_FOUND", `The file ${file} cannot be read: ${messageOf(cause)}.`, { cause });
    }
  };
  return {
    signature: signature === undefined ? undefined : parseSignature(await read(signature), signature),
    inputExample: inputExample === undefined ? undefined : parseExample(await read(inputExample), inputExample),
  };
}

function parseExample(text: string, file: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new StackError("INPUT_EXAMPLE_INVALID", `The input example ${file} is not JSON: ${messageOf(cause)}`, {
      hint: 'Write a row, {"x": 1}, a list of rows, or {"columns": ["x"], "data": [[1]]}.',
      cause,
    });
  }
}

function filesAt(path: string): FileRef | FolderRef {
  if (!existsSync(path)) throw new StackError("FILE_NOT_FOUND", `There is no file or folder ${path}.`);
  return lstatSync(path).isDirectory() ? { folder: path } : { path };
}

/** A model, and which run it is of. */
interface OfRun {
  readonly model: FileRef | FolderRef;
  readonly provenance: { readonly run: string } | { readonly trackedRun: string };
}

/** An output of a pipeline run, or a file or folder that another program logged to a tracked run. */
async function outputOf(stack: Stack, flags: Flags, folder: string, options: TransferOptions): Promise<OfRun> {
  const metadata = await stack.metadataStore();
  let run;
  try {
    run = await findRun(metadata, flags.run!);
  } catch (error) {
    const logged = isStackError(error, "not-found") ? await loggedModel(stack, flags, folder, options) : undefined;
    if (logged === undefined) throw error;
    return logged;
  }
  const outputs = await Array.fromAsync(itemsOf((page) => metadata.outputs({ run: run.id, ...page })));
  const output = chooseOutput(outputs, flags, run.name);
  const record = await metadata.getArtifact(output.digest);
  if (record.form === "bytes") {
    throw new StackError(
      "ARTIFACT_INVALID",
      `${output.instance}.${output.name} is a value (${record.type}); a model is a file or a folder.`,
    );
  }
  const path = join(folder, output.fileName ?? output.name);
  await new ArtifactIo(() => stack.artifactStore(), metadata).copyTo(record, path, options);
  return { provenance: { run: run.id }, model: record.form === "directory" ? { folder: path } : { path } };
}

function chooseOutput(outputs: readonly OutputRecord[], { artifact, step }: Flags, run: string): OutputRecord {
  const matching = outputs.filter(
    ({ name, instance }) => name === artifact && (step === undefined || instance === step),
  );
  const digests = new Set(matching.map(({ digest }) => digest));
  if (digests.size === 1) return matching[0]!;
  const places = (digests.size === 0 ? outputs : matching)
    .map(({ instance, name }) => `${instance}.${name}`)
    .join(", ");
  if (digests.size === 0) {
    throw new StackError(
      "ARTIFACT_NOT_FOUND",
      `Run ${run} has no output "${artifact}"${step === undefined ? "" : ` of step ${step}`}.`,
      {
        hint: `It has: ${places || "none"}.`,
      },
    );
  }
  throw new StackError("AMBIGUOUS", `Several steps of run ${run} have an output "${artifact}": ${places}.`, {
    hint: `Say which: --step ${matching[0]!.instance}`,
  });
}

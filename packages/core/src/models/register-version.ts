import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { hashFile } from "../artifacts/regular-file.ts";
import type { Caller } from "../components/common.ts";
import type { ModelRegistry, NewModelFile, RegistryModelVersion, StageChange } from "../components/model-registry.ts";
import { refuseUnexpectedHolder } from "../components/stage-expectations.ts";
import type { ModelRegistration } from "../components/step-models.ts";
import { transferOf, type TransferOptions } from "../components/transfer.ts";
import { digestOf, shortDigest } from "../digest.ts";
import { StackError } from "../errors.ts";
import { encodeJson, type Json } from "../json.ts";
import { emptyFolderTags } from "./empty-folders.ts";
import { describeEnvironment } from "./environment.ts";
import { lineageTags, type Lineage } from "./lineage-tags.ts";
import { formatTags } from "../components/model-format.ts";
import type { ModelFiles } from "./model-files.ts";
import { EXAMPLE_FILE, storedExample } from "./signature/input-example.ts";
import { modelSignature } from "./signature/model-signature.ts";
import { SIGNATURE_FILE, signatureText } from "./signature/stored-signature.ts";
import { SIGNATURE_TAG } from "./signature/version-signature.ts";

/** What is known of a version besides what its author says. */
export interface VersionFacts {
  readonly lineage: Lineage;
  readonly files: ModelFiles;
  /** Whose packages made the model, for `environment.json`. Left out of one that was made elsewhere. */
  readonly projectFolder?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly trackedRunId?: string;
  /** Which Python the step ran on that made the model, if it did. */
  readonly python?: Json;
}

/**
 * Registers a version with its lineage and, if it was made here, `environment.json`, then gives it its stage and aliases. Every door to the registry ends here.
 */
export async function registerVersion(
  registry: ModelRegistry,
  registration: Omit<ModelRegistration, "model">,
  facts: VersionFacts,
  by: Caller,
  options: TransferOptions = {},
): Promise<RegistryModelVersion> {
  const described = describedData(registration);
  await refuseOtherHolder(registry, registration);
  const folder = await mkdtemp(join(tmpdir(), "modelstack-"));
  try {
    const environment = await environmentFile(folder, facts);
    const tags: Record<string, string> = {
      ...registration.tags,
      ...lineageTags(facts.lineage),
      ...formatTags(registration.format),
      ...emptyFolderTags(facts.files.emptyFolders, registry.capabilities),
      ...(environment === undefined ? {} : { "modelstack.environment_digest": environment.digest }),
    };
    const extra = [...(environment === undefined ? [] : [environment]), ...(await extraFiles(registration))];
    for (const [name, text] of Object.entries(described)) {
      const file = await textFile(folder, name, text);
      extra.push(file);
      if (name === SIGNATURE_FILE) tags[SIGNATURE_TAG] = file.digest;
    }
    const inputs = tags["modelstack.inputs"];
    if (inputs !== undefined && inputs.length > registry.capabilities.limits.tagValue) {
      extra.push(await textFile(folder, "inputs.json", inputs));
      tags["modelstack.inputs"] = digestOf(inputs);
    }
    refuseSameNames(extra);
    const files = [...facts.files.files, ...extra];
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const version = await registry.registerModelVersion(
      {
        model: registration.name,
        ...(registration.version === undefined ? {} : { version: registration.version }),
        ...(registration.bump === undefined ? {} : { bump: registration.bump }),
        ...(registration.description === undefined ? {} : { description: registration.description }),
        files,
        modelDigest: facts.files.digest,
        tags,
        params: facts.params ?? {},
        metrics: { ...facts.metrics, ...registration.metrics },
        ...(facts.trackedRunId === undefined ? {} : { trackedRunId: facts.trackedRunId }),
      },
      by,
      transferOf("uploading", total, options),
    );
    return await settle(registry, version, registration, by);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gives a version what is said about it after it exists. Safe to repeat. */
export async function settle(
  registry: ModelRegistry,
  version: RegistryModelVersion,
  registration: Pick<ModelRegistration, "stage" | "archivePrevious" | "expectedHolder" | "aliases">,
  by: Caller,
): Promise<RegistryModelVersion> {
  const { model, version: number } = version;
  const { stage, aliases = [] } = registration;
  if (stage === undefined && aliases.length === 0) return version;
  if (stage !== undefined)
    await registry.setStage(model, number, stage, await stageChange(registry, version, registration, by));
  for (const alias of aliases) await registry.setAlias(model, alias, number, by);
  return registry.getModelVersion(model, number);
}

/** The texts of the files that describe what goes into a model and what comes out. Refused before anything is stored. */
function describedData({ signature: given, inputExample }: Partial<ModelRegistration>): Record<string, string> {
  const signature = given === undefined ? undefined : modelSignature(given);
  return {
    ...(signature === undefined ? {} : { [SIGNATURE_FILE]: signatureText(signature) }),
    ...(inputExample === undefined ? {} : { [EXAMPLE_FILE]: encodeJson(storedExample(inputExample, signature)) }),
  };
}

/** Moving to the stage decides for good; this spares a version that would be made in vain. */
async function refuseOtherHolder(
  registry: ModelRegistry,
  { name, stage, expectedHolder }: Omit<ModelRegistration, "model">,
) {
  if (stage === undefined || expectedHolder === undefined) return;
  const holder = await registry.getLatestModelVersion(name, stage);
  refuseUnexpectedHolder(name, stage, holder?.version, { expectedHolder });
}

/** What goes with the stage. An earlier attempt may have made the version its holder already: then it is as expected. */
async function stageChange(
  registry: ModelRegistry,
  { model, version }: RegistryModelVersion,
  { stage, archivePrevious, expectedHolder }: Pick<ModelRegistration, "stage" | "archivePrevious" | "expectedHolder">,
  by: Caller,
): Promise<StageChange> {
  const change = { ...by, ...(archivePrevious === undefined ? {} : { archivePrevious }) };
  if (expectedHolder === undefined) return change;
  const holder = await registry.getLatestModelVersion(model, stage);
  return holder?.version === version ? change : { ...change, expectedHolder };
}

async function environmentFile(
  folder: string,
  { projectFolder, python }: VersionFacts,
): Promise<NewModelFile | undefined> {
  if (projectFolder === undefined) return undefined;
  return textFile(folder, "environment.json", await describeEnvironment(projectFolder, python));
}

async function extraFiles({ files = [] }: Partial<ModelRegistration>): Promise<NewModelFile[]> {
  return Promise.all(
    files.map(async ({ path }) => ({
      part: "extra" as const,
      path: basename(path),
      ...(await hashFile(path)),
      localPath: path,
    })),
  );
}

async function textFile(folder: string, name: string, text: string): Promise<NewModelFile> {
  const localPath = join(folder, name);
  await writeFile(localPath, text);
  return { part: "extra", path: name, digest: digestOf(text), size: Buffer.byteLength(text), localPath };
}

function refuseSameNames(files: readonly NewModelFile[]): void {
  const seen = new Map<string, NewModelFile>();
  for (const file of files) {
    const other = seen.get(file.path);
    if (other !== undefined) {
      throw new StackError(
        "NAME_INVALID",
        `Two extra files of the version are called ${file.path} (${shortDigest(other.digest)}, ${shortDigest(file.digest)}).`,
        {
          hint: "Rename one; environment.json, inputs.json, signature.json and input_example.json are written by the framework.",
        },
      );
    }
    seen.set(file.path, file);
  }
}

import { StackError } from "../errors.ts";
import {
  stageNamed,
  type ModelRegistry,
  type ModelVersionStage,
  type RegistryModelVersion,
} from "../components/model-registry.ts";

/** What `models:/NAME/VERSION`, `/STAGE`, `/latest` or `@ALIAS` says. */
export interface ModelReference {
  readonly name: string;
  readonly version?: string;
  readonly stage?: ModelVersionStage;
  readonly alias?: string;
}

const FORM = "models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME/latest or models:/NAME@ALIAS";

/**
 * Reads a reference. A part that is a stage in any case is a stage; `latest` gives neither version nor stage nor alias.
 *
 * @throws StackError NAME_INVALID
 */
export function parseModelUri(uri: string): ModelReference {
  const rest = uri.startsWith("models:/") ? uri.slice("models:/".length) : undefined;
  const at = rest === undefined ? -1 : Math.max(rest.lastIndexOf("/"), rest.lastIndexOf("@"));
  if (rest === undefined || at <= 0 || at === rest.length - 1 || /[?#]/.test(rest)) {
    throw new StackError("NAME_INVALID", `${JSON.stringify(uri)} is not a model reference.`, {
      hint: `Write ${FORM}.`,
    });
  }
  const name = rest.slice(0, at);
  const part = rest.slice(at + 1);
  if (rest[at] === "@") return { name, alias: part };
  if (part.toLowerCase() === "latest") return { name };
  const stage = stageNamed(part);
  return stage === undefined ? { name, version: part } : { name, stage };
}

/** @throws StackError MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND, ALIAS_NOT_FOUND */
export async function resolveModel(registry: ModelRegistry, reference: ModelReference): Promise<RegistryModelVersion> {
  const { name, version, stage, alias } = reference;
  if (version !== undefined) return registry.getModelVersion(name, version);
  if (alias !== undefined) return registry.getModelVersionByAlias(name, alias);
  const latest = await registry.getLatestModelVersion(name, stage);
  if (latest !== undefined) return latest;
  await registry.getModel(name);
  throw new StackError(
    "MODEL_VERSION_NOT_FOUND",
    `The model ${name} has no version${stage === undefined ? "" : ` in stage ${stage}`}.`,
    {
      hint: `stack models versions ${name}`,
    },
  );
}

import {
  parseModelUri,
  resolveModel,
  StackError,
  userName,
  type Caller,
  type ModelRegistry,
  type RegistryModelVersion,
} from "@modelstack/core";

/** A model, or one of its versions, as a person names it on the command line. */
export interface ModelSpec {
  readonly name: string;
  /** `models:/…` of the version, if one was named. */
  readonly uri?: string;
}

/**
 * `NAME`, `NAME/VERSION`, `NAME/STAGE`, `NAME/latest`, `NAME@ALIAS`, each also with `models:/` before it.
 *
 * @throws StackError NAME_INVALID; USAGE for `?stack=S` and other places: where models are looked at or changed, a flag says which registry is meant
 */
export function parseModelSpec(text: string): ModelSpec {
  const rest = text.replace(/^models:\//, "");
  if (rest === "")
    throw new StackError("NAME_INVALID", "The name of the model is empty.", { hint: "stack models list" });
  if (!/[/@]/.test(rest)) return { name: rest };
  const uri = `models:/${rest}`;
  const { name, stack, place = {} } = parseModelUri(uri);
  const [key] = Object.keys(place);
  if (stack === undefined && key === undefined) return { name, uri };
  throw new StackError("USAGE", `"${text}" names a ${key ?? "stack"}, which only references to load from do.`, {
    hint:
      key === undefined
        ? `Write ${rest.slice(0, rest.indexOf("?"))} --stack ${stack}`
        : `Use a stack whose registry is there: --stack STACK`,
  });
}

/** @throws StackError USAGE when only a model was named */
export async function requireVersion(registry: ModelRegistry, text: string): Promise<RegistryModelVersion> {
  const { name, uri } = parseModelSpec(text);
  if (uri === undefined) {
    throw new StackError("USAGE", `"${text}" names a model, but a version is needed.`, {
      hint: `Write ${name}/VERSION, ${name}/STAGE or ${name}@ALIAS.`,
    });
  }
  return resolveModel(registry, parseModelUri(uri));
}

/** The person at the command line, as the author of a change. */
export function caller(reason?: string): Caller {
  return { actor: userName(), ...(reason === undefined ? {} : { reason }) };
}

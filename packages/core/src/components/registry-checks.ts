import { StackError } from "../errors.ts";
import { checkLabel, checkPortableName, hasControlCharacters, printable } from "../names.ts";
import { maskSecrets } from "../secrets.ts";
import type { Caller } from "./common.ts";
import {
  modelVersionStages,
  stageNamed,
  type ModelRegistryCapabilities,
  type ModelVersionStage,
  type StageChange,
  type TagChanges,
} from "./model-registry.ts";

/**
 * Returns a model's name, or refuses it: the portable form, and the project's `model_names:` if it has one.
 *
 * @throws StackError NAME_INVALID
 */
export function checkModelName(name: string, pattern?: RegExp): string {
  checkPortableName("The model name", name);
  if (pattern !== undefined && !pattern.test(name)) {
    throw new StackError(
      "NAME_INVALID",
      `The model name ${printable(name)} does not match model_names: ${pattern.source}`,
      {
        hint: "Choose a name that matches, or change model_names: in stack.yaml.",
      },
    );
  }
  return name;
}

/**
 * The stage that a text names, in any case; `Development` is None, `Retired` is Archived.
 *
 * @throws StackError STAGE_INVALID
 */
export function parseStage(text: string): ModelVersionStage {
  const stage = stageNamed(text);
  if (stage === undefined) {
    throw new StackError("STAGE_INVALID", `${printable(text)} is not a stage.`, {
      hint: `Stages: ${modelVersionStages.join(", ")}.`,
    });
  }
  return stage;
}

/** An alias looks like a model's name, but is neither a version nor a stage nor `latest`, so that `models:/NAME@ALIAS` is clear. */
export function checkAlias(alias: string): string {
  checkPortableName("The alias", alias);
  if (/^v?[0-9]/.test(alias) || alias.toLowerCase() === "latest" || stageNamed(alias) !== undefined) {
    throw new StackError(
      "NAME_INVALID",
      `The alias ${printable(alias)} cannot be used: it reads like a version or a stage.`,
      {
        hint: "Choose a word such as champion.",
      },
    );
  }
  return alias;
}

/** Whether a stage is served by one version, so that another one may replace it. */
const isServed = (stage: ModelVersionStage) => stage === "Staging" || stage === "Production";

/** The conditions of moving a version to a stage. @throws StackError STAGE_INVALID for one that can never hold */
export function checkStageChange(to: ModelVersionStage, { expected, ...by }: StageChange): StageChange {
  if (by.archivePrevious === true && !isServed(to)) {
    throw new StackError("STAGE_INVALID", `Versions in ${to} cannot be archived for another one.`, {
      hint: "Archiving the previous versions goes with Staging and Production.",
    });
  }
  if (by.expectedHolder !== undefined && to === "None") {
    throw new StackError("STAGE_INVALID", "No version holds the stage None.", {
      hint: "Expect a stage of the version itself instead.",
    });
  }
  return { ...by, ...(expected === undefined ? {} : { expected: parseStage(expected) }) };
}

/** Stores keep text as UTF-8, which would change it. */
function wellFormed(what: string, text: string): void {
  if (!text.isWellFormed()) throw new StackError("NAME_INVALID", `${what} holds half of a surrogate pair.`);
}

/**
 * Text as it may be stored, with secrets masked: history cannot be taken back.
 *
 * @throws StackError NAME_INVALID
 */
export function checkText(text: string): string {
  // Line breaks and tabs are fine; what steers a terminal is not.
  if (hasControlCharacters(text.replaceAll(/[\n\r\t]/g, " ")))
    throw new StackError("NAME_INVALID", "The text holds control characters.");
  wellFormed("The text", text);
  return maskSecrets(text);
}

/** Who makes a change, with a reason that may be stored. @throws StackError NAME_INVALID */
export function checkCaller<T extends Caller>(by: T): T {
  return by.reason === undefined ? by : { ...by, reason: checkText(by.reason) };
}

/** Tags as they may be stored, with secrets masked. @throws StackError NAME_INVALID */
export function checkTags<T extends TagChanges>(tags: T, { tagKey, tagValue }: ModelRegistryCapabilities["limits"]): T {
  const checked = Object.entries(tags).map(([key, value]) => {
    checkLabel("The tag", key, tagKey);
    if (value !== null && value.length > tagValue) {
      throw new StackError(
        "NAME_INVALID",
        `The tag ${printable(key)} has ${value.length} characters, at most ${tagValue} are allowed.`,
      );
    }
    wellFormed(`The tag ${printable(key)}`, value ?? "");
    return [key, value === null ? null : maskSecrets(value)];
  });
  // The same keys, and null where it was.
  return Object.fromEntries(checked) as T;
}

/** @throws StackError VERSION_REQUIRED for a registry whose versions the caller gives */
export function checkVersionGiven(
  model: string,
  version: string | undefined,
  { versions }: Pick<ModelRegistryCapabilities, "versions">,
): void {
  if (versions !== "given" || version !== undefined) return;
  throw new StackError("VERSION_REQUIRED", `A version of ${model} is to be registered without its number.`, {
    hint: "This registry takes the numbers that it is given: say version, or --version.",
  });
}

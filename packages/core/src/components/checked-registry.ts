import { StackError } from "../errors.ts";
import { checkLabel, checkPortableName, hasControlCharacters, printable } from "../names.ts";
import type { CheckOptions } from "./health.ts";
import {
  modelVersionStages,
  stageNamed,
  type ModelRegistry,
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
function checkAlias(alias: string): string {
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
function checkStageChange(to: ModelVersionStage, { expected, ...by }: StageChange): StageChange {
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

/** The registry of a flavor behind the checks that are the same at every door: names, `model_names:`, stages, aliases, tag keys. */
export function checkedRegistry(registry: ModelRegistry, pattern: RegExp | undefined): ModelRegistry {
  const { tagKey, tagValue } = registry.capabilities.limits;
  const tags = <T extends TagChanges>(given: T | undefined): T | undefined => {
    for (const [key, value] of Object.entries(given ?? {})) {
      checkLabel("The tag", key, tagKey);
      if (value !== null && value.length > tagValue) {
        throw new StackError(
          "NAME_INVALID",
          `The tag ${printable(key)} has ${value.length} characters, at most ${tagValue} are allowed.`,
        );
      }
      wellFormed(`The tag ${printable(key)}`, value ?? "");
    }
    return given;
  };
  const text = (given: string | undefined): void => {
    // Line breaks and tabs are fine in descriptions; what steers a terminal is not.
    if (given !== undefined && hasControlCharacters(given.replaceAll(/[\n\r\t]/g, " "))) {
      throw new StackError("NAME_INVALID", "The text holds control characters.");
    }
    wellFormed("The text", given ?? "");
  };
  return {
    capabilities: registry.capabilities,
    ...(registry.check === undefined ? {} : { check: (options: CheckOptions) => registry.check!(options) }),
    registerModel: async (request, by) => {
      checkModelName(request.name, pattern);
      tags(request.tags);
      text(request.description);
      return registry.registerModel(request, by);
    },
    updateModel: async (name, changes, by) => {
      tags(changes.tags);
      text(changes.description);
      return registry.updateModel(name, changes, by);
    },
    renameModel: async (name, to, by) => registry.renameModel(name, checkModelName(to, pattern), by),
    deleteModel: (name, by) => registry.deleteModel(name, by),
    restoreModel: (name, by) => registry.restoreModel(name, by),
    getModel: (name) => registry.getModel(name),
    listModels: (query) => registry.listModels(query),
    registerModelVersion: async (request, by, transfer) => {
      checkModelName(request.model, pattern);
      tags(request.tags);
      text(request.description);
      return registry.registerModelVersion(request, by, transfer);
    },
    updateModelVersion: async (model, version, changes, by) => {
      tags(changes.tags);
      text(changes.description);
      return registry.updateModelVersion(model, version, changes, by);
    },
    deleteModelVersion: (model, version, by) => registry.deleteModelVersion(model, version, by),
    restoreModelVersion: (model, version, by) => registry.restoreModelVersion(model, version, by),
    getModelVersion: (model, version) => registry.getModelVersion(model, version),
    listModelVersions: async (query = {}) =>
      registry.listModelVersions(query.stage === undefined ? query : { ...query, stage: parseStage(query.stage) }),
    getLatestModelVersion: async (model, stage) =>
      registry.getLatestModelVersion(model, stage === undefined ? undefined : parseStage(stage)),
    setStage: async (model, version, stage, by) => {
      const to = parseStage(stage);
      return registry.setStage(model, version, to, checkStageChange(to, by));
    },
    leaveStage: async (model, version, stage, by) => registry.leaveStage(model, version, parseStage(stage), by),
    setAlias: async (model, alias, version, by) => registry.setAlias(model, checkAlias(alias), version, by),
    deleteAlias: (model, alias, by) => registry.deleteAlias(model, alias, by),
    getModelVersionByAlias: (model, alias) => registry.getModelVersionByAlias(model, alias),
    addComment: async (model, version, comment, by) => {
      text(comment);
      return registry.addComment(model, version, comment, by);
    },
    listComments: (model, version) => registry.listComments(model, version),
    history: (model, version, page) => registry.history(model, version, page),
    listFiles: (model, version) => registry.listFiles(model, version),
    downloadFile: (model, version, file, to, transfer) => registry.downloadFile(model, version, file, to, transfer),
  };
}

import type { Caller } from "./common.ts";
import type { CheckOptions } from "./health.ts";
import type { ModelRegistry, TagChanges } from "./model-registry.ts";
import {
  checkAlias,
  checkCaller,
  checkModelName,
  checkStageChange,
  checkTags,
  checkText,
  checkVersionGiven,
  parseStage,
} from "./registry-checks.ts";

/** What a project says of all its models. */
export interface RegistryRules {
  /** What names of models must match, from `model_names:`. */
  readonly modelNames?: RegExp | undefined;
  /** Put on every version; its own tags win. */
  readonly defaultTags?: Readonly<Record<string, string>> | undefined;
}

/**
 * The registry of a flavor behind what is the same at every door: names, `model_names:`, stages, aliases and tag keys are checked, secrets
 * in texts masked, and `default_tags:` put on versions.
 */
export function checkedRegistry(
  registry: ModelRegistry,
  { modelNames, defaultTags }: RegistryRules = {},
): ModelRegistry {
  const { capabilities } = registry;
  /** A description and tags as they may be stored. */
  const described = <T extends { readonly description?: string; readonly tags?: TagChanges }>(given: T): T => ({
    ...given,
    ...(given.description === undefined ? {} : { description: checkText(given.description) }),
    ...(given.tags === undefined ? {} : { tags: checkTags(given.tags, capabilities.limits) }),
  });
  const said = checkCaller<Caller>;
  return {
    capabilities,
    ...(registry.check === undefined ? {} : { check: (options: CheckOptions) => registry.check!(options) }),
    registerModel: async (request, by) => {
      checkModelName(request.name, modelNames);
      return registry.registerModel(described(request), said(by));
    },
    updateModel: async (name, changes, by) => registry.updateModel(name, described(changes), said(by)),
    renameModel: async (name, to, by) => registry.renameModel(name, checkModelName(to, modelNames), said(by)),
    deleteModel: async (name, by) => registry.deleteModel(name, said(by)),
    restoreModel: async (name, by) => registry.restoreModel(name, said(by)),
    getModel: (name) => registry.getModel(name),
    listModels: (query) => registry.listModels(query),
    registerModelVersion: async (request, by, transfer) => {
      checkModelName(request.model, modelNames);
      checkVersionGiven(request.model, request.version, capabilities);
      const tags = { ...defaultTags, ...request.tags };
      return registry.registerModelVersion(described({ ...request, tags }), said(by), transfer);
    },
    updateModelVersion: async (model, version, changes, by) =>
      registry.updateModelVersion(model, version, described(changes), said(by)),
    deleteModelVersion: async (model, version, by) => registry.deleteModelVersion(model, version, said(by)),
    restoreModelVersion: async (model, version, by) => registry.restoreModelVersion(model, version, said(by)),
    getModelVersion: (model, version) => registry.getModelVersion(model, version),
    listModelVersions: async (query = {}) =>
      registry.listModelVersions(query.stage === undefined ? query : { ...query, stage: parseStage(query.stage) }),
    getLatestModelVersion: async (model, stage) =>
      registry.getLatestModelVersion(model, stage === undefined ? undefined : parseStage(stage)),
    setStage: async (model, version, stage, by) => {
      const to = parseStage(stage);
      return registry.setStage(model, version, to, checkStageChange(to, checkCaller(by)));
    },
    leaveStage: async (model, version, stage, by) => registry.leaveStage(model, version, parseStage(stage), said(by)),
    setAlias: async (model, alias, version, by) =>
      registry.setAlias(model, checkAlias(alias), version, checkCaller(by)),
    deleteAlias: async (model, alias, by) => registry.deleteAlias(model, alias, said(by)),
    getModelVersionByAlias: (model, alias) => registry.getModelVersionByAlias(model, alias),
    addComment: async (model, version, comment, by) =>
      registry.addComment(model, version, checkText(comment), said(by)),
    listComments: (model, version) => registry.listComments(model, version),
    history: (model, version, page) => registry.history(model, version, page),
    listFiles: (model, version) => registry.listFiles(model, version),
    downloadFile: (model, version, file, to, transfer) => registry.downloadFile(model, version, file, to, transfer),
  };
}

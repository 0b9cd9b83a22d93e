import type { Digest } from "../digest.ts";
import type { Caller, Page, PageRequest, SearchQuery } from "./common.ts";
import type { Checkable } from "./health.ts";
import type { Transfer } from "./transfer.ts";

/** The four stages, spelled as ZenML and MLflow spell them. Stored so, and read in any case by {@link stageNamed}. */
export const modelVersionStages = ["None", "Staging", "Production", "Archived"] as const;
export type ModelVersionStage = (typeof modelVersionStages)[number];

/** Other words for stages, in lower case. */
const stageSynonyms: ReadonlyMap<string, ModelVersionStage> = new Map([
  ["development", "None"],
  ["retired", "Archived"],
]);

/** The stage that a text names, in any case; `undefined` when it names none. */
export function stageNamed(text: string): ModelVersionStage | undefined {
  const word = text.toLowerCase();
  return modelVersionStages.find((stage) => stage.toLowerCase() === word) ?? stageSynonyms.get(word);
}

export interface RegisteredModel {
  readonly name: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly url?: string;
}

/** A model in a list. */
export interface ListedModel extends RegisteredModel {
  /**
   * The newest version in each stage, and of those in none, the newest of all first, from registries that list them with the model at no cost.
   * Of others, ask {@link ModelRegistry.getLatestModelVersion}.
   */
  readonly latestVersions?: readonly RegistryModelVersion[];
}

/** `model` files are what is loaded; `extra` files (environment.json, a model card) lie beside them. */
export type FilePart = "model" | "extra";

/** A file of a model version. */
export interface ModelFile {
  readonly part: FilePart;
  /** Relative, with forward slashes. A model that is one file has just that file's name. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Always there for what was registered with this framework; of what other programs registered, the registry may not know it. */
  readonly digest?: Digest;
}

/** A file on its way into a registry. */
export interface NewModelFile extends ModelFile {
  readonly digest: Digest;
  /** A file on this machine that holds it. */
  readonly localPath: string;
}

export interface RegistryModelVersion {
  readonly model: string;
  readonly version: string;
  readonly description: string;
  /** The one of its `stages` that it was put into last; `None` when it has none. */
  readonly stage: ModelVersionStage;
  /** All that it is in, in the order of {@link modelVersionStages}, without `None`: empty for a version that is in no stage. */
  readonly stages: readonly ModelVersionStage[];
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Of the tracked run that produced the model, as they were when it was registered. */
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * Over the model's files; equal models have equal digests. Always there for what was registered with this framework. Of a version that
   * another program registered, it may be known only once its files were fetched: {@link LoadedModel} has it.
   */
  readonly modelDigest?: Digest;
  /** Where the registry keeps the files, as an address of its own. */
  readonly source: string;
  /** The tracked run of the step that produced the model. */
  readonly trackedRunId?: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly url?: string;
}

export type VersionBump = "major" | "minor" | "patch";

export interface NewModelVersion {
  readonly model: string;
  /** Only where the capabilities say `semver` or `given`. Left out: the next one. */
  readonly version?: string;
  /** Only with semver versions: which part of the highest one is counted up. Default `patch`. */
  readonly bump?: VersionBump;
  readonly files: readonly NewModelFile[];
  readonly modelDigest: Digest;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly trackedRunId?: string;
}

export interface ModelRegistryCapabilities {
  /** `assigned`: the registry counts 1, 2, 3; `semver`: given or bumped; `given`: the caller says. */
  readonly versions: "assigned" | "semver" | "given";
  /** `one`: a version is in one stage at a time; `many`: in several; `emulated`: in one, which core takes from the history that it keeps. */
  readonly stages: "one" | "many" | "emulated";
  /** `metadata-store`: core keeps it there for a registry that has none. */
  readonly history: "native" | "metadata-store";
  /** `metadata-store`: core keeps them there, which goes with a history that it keeps. */
  readonly comments: "native" | "metadata-store";
  readonly tagsAfterCreate: boolean;
  /** Models can get other names. */
  readonly rename: boolean;
  /** Deleted models and versions can be restored. */
  readonly restore: boolean;
  readonly limits: { readonly tagKey: number; readonly tagValue: number };
}

export interface ModelQuery extends SearchQuery {
  /** The exact name. */
  readonly name?: string;
  /** Every one of these tags must have this value. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The deleted ones instead of those that are there. */
  readonly deleted?: boolean;
}

export interface ModelVersionQuery extends SearchQuery {
  readonly model?: string;
  /** Versions that are in it, whatever else they are in; `None`: in none. */
  readonly stage?: ModelVersionStage;
  readonly source?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Made later than this moment, to the millisecond. */
  readonly createdAfter?: Date;
  /** Made earlier than this moment, to the millisecond. */
  readonly createdBefore?: Date;
  /** By creation, and after `orderBy`. Default `desc`. */
  readonly order?: "asc" | "desc";
  readonly deleted?: boolean;
}

/** One change to a model or version. The list of them is append-only and explains the present state. */
export interface RegistryChange {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly reason?: string;
  /** The pipeline run that made the change. */
  readonly run?: string;
  readonly model: string;
  readonly version?: string;
  readonly kind: "created" | "updated" | "renamed" | "deleted" | "restored" | "stage" | "alias" | "tag" | "comment";
  /** What changed: a tag's or alias's name, for example. */
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface ModelComment {
  readonly at: Date;
  readonly actor: string;
  readonly text: string;
}

/** Who puts a version into a stage, and on which conditions. */
export interface StageChange extends Caller {
  /** A stage that the version must be in; `None`: it must be in none. */
  readonly expected?: ModelVersionStage;
  /** The version that must be the stage's holder until now, as {@link ModelRegistry.getLatestModelVersion} says; `null`: nobody. */
  readonly expectedHolder?: string | null;
  /** Archives the other versions that are in the stage. */
  readonly archivePrevious?: boolean;
}

/** Tags to set, and with `null`, to remove. */
export type TagChanges = Readonly<Record<string, string | null>>;

/**
 * Models, their versions, and what is said of them. Every flavor keeps the same promises, which the contract suite in
 * `@modelstack/core/testing` holds it to; what it cannot do fails as UNSUPPORTED, never silently.
 *
 * Unknown names give MODEL_NOT_FOUND, unknown versions MODEL_VERSION_NOT_FOUND, from every method that takes one.
 */
export interface ModelRegistry extends Checkable {
  readonly capabilities: ModelRegistryCapabilities;
  /**
   * What tells this registry from others of its flavor, such as its server's address, without secrets: where core keeps its history, it does
   * so under this.
   */
  readonly address?: string;

  /** @throws StackError MODEL_EXISTS, NAME_INVALID */
  registerModel(
    request: { readonly name: string; readonly description?: string; readonly tags?: Readonly<Record<string, string>> },
    by: Caller,
  ): Promise<RegisteredModel>;
  /** What is left out stays. An empty description empties it. */
  updateModel(
    name: string,
    changes: { readonly description?: string; readonly tags?: TagChanges },
    by: Caller,
  ): Promise<RegisteredModel>;
  /** @throws StackError MODEL_EXISTS; both stay as they were then. UNSUPPORTED where names are for good */
  renameModel(name: string, to: string, by: Caller): Promise<RegisteredModel>;
  /** Deletes a model with its versions and aliases; restoring brings all of it back. */
  deleteModel(name: string, by: Caller): Promise<void>;
  /** @throws StackError MODEL_NOT_FOUND; MODEL_EXISTS when the name was given again; UNSUPPORTED */
  restoreModel(name: string, by: Caller): Promise<RegisteredModel>;
  getModel(name: string): Promise<RegisteredModel>;
  /** By name, unless the query says otherwise. */
  listModels(query?: ModelQuery): Promise<Page<ListedModel>>;

  /**
   * Registers a version with its files. The model is made if there is none of that name.
   * Version numbers are never given twice, not after a deletion either, and not by two processes at once.
   * The tag `modelstack.version` is added with the number. When it throws, nothing was made. All files count as transferred, also those
   * that the registry has already.
   *
   * @throws StackError MODEL_VERSION_EXISTS, also for one that was deleted; VERSION_INVALID; VERSION_REQUIRED
   * for none where the caller says; UNSUPPORTED for a given version where they
   * are assigned, and for `bump` where they are not semantic; FILE_NOT_FOUND; DIGEST_MISMATCH for a file that is not what its digest says
   */
  registerModelVersion(request: NewModelVersion, by: Caller, transfer?: Transfer): Promise<RegistryModelVersion>;
  updateModelVersion(
    model: string,
    version: string,
    changes: { readonly description?: string; readonly tags?: TagChanges },
    by: Caller,
  ): Promise<RegistryModelVersion>;
  /** @throws StackError STILL_REFERENCED while an alias points at it */
  deleteModelVersion(model: string, version: string, by: Caller): Promise<void>;
  restoreModelVersion(model: string, version: string, by: Caller): Promise<RegistryModelVersion>;
  getModelVersion(model: string, version: string): Promise<RegistryModelVersion>;
  /** Newest first, unless the query says otherwise. Empty for a model that is not there. */
  listModelVersions(query?: ModelVersionQuery): Promise<Page<RegistryModelVersion>>;
  /**
   * The version registered last, or, where the registry's server goes by semantic versions, the highest; `undefined` when there is none, or no
   * such model. With a stage, its _holder_: of the versions that are in it, the newest in the same sense, or, where a version has `many` stages,
   * the one put into it last.
   */
  getLatestModelVersion(model: string, stage?: ModelVersionStage): Promise<RegistryModelVersion | undefined>;

  /**
   * Puts a version into a stage; with `None`, takes it out of all. Where a version has one stage, it leaves the one that it was in; where it
   * has `many`, it stays in the others. With `archivePrevious`, every other version of the model that is in the stage goes from there to
   * `Archived`. All of it happens or nothing; of two that expect the same holder, one is refused.
   *
   * Putting a version where it is changes nothing of it and leaves no history. Only where there are `many` stages, and it is not the holder
   * or another of its stages was set later, is it put there anew.
   *
   * In the history, `from` is the stage that a version leaves and `to` the one that it enters. With `many`, entering has no `from` and
   * leaving no `to`; `None`, where there is one stage, stands for no stage.
   *
   * @throws StackError EXPECTATION_FAILED when `expected` or `expectedHolder` is given and does not hold
   */
  setStage(model: string, version: string, stage: ModelVersionStage, by: StageChange): Promise<RegistryModelVersion>;
  /** Takes a version out of one stage and leaves it in the others. Out of one that it is not in, changes nothing. */
  leaveStage(model: string, version: string, stage: ModelVersionStage, by: Caller): Promise<RegistryModelVersion>;

  /**
   * Points an alias at a version, away from the one it pointed at.
   *
   * @throws StackError EXPECTATION_FAILED when `expected` (a version, or null for none) is given and is not where it points now
   */
  setAlias(
    model: string,
    alias: string,
    version: string,
    by: Caller & { readonly expected?: string | null },
  ): Promise<void>;
  /** @throws StackError ALIAS_NOT_FOUND */
  deleteAlias(model: string, alias: string, by: Caller): Promise<void>;
  /** @throws StackError ALIAS_NOT_FOUND */
  getModelVersionByAlias(model: string, alias: string): Promise<RegistryModelVersion>;

  addComment(model: string, version: string | undefined, text: string, by: Caller): Promise<void>;
  /** Oldest first; of the model itself when no version is given. */
  listComments(model: string, version?: string): Promise<readonly ModelComment[]>;
  /** Oldest first; of the model and all its versions when none is given. */
  history(model: string, version?: string, page?: PageRequest): Promise<Page<RegistryChange>>;

  /** Those of the model before the extra ones, each by path. */
  listFiles(model: string, version: string): Promise<readonly ModelFile[]>;
  /**
   * Writes a version's file to `to`, which must not exist, and checks its digest if that is known.
   *
   * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH; nothing is left at `to` then
   */
  downloadFile(
    model: string,
    version: string,
    file: Pick<ModelFile, "part" | "path">,
    to: string,
    transfer?: Transfer,
  ): Promise<void>;
}

type LeftToCore = "history" | "addComment" | "listComments" | "setStage" | "leaveStage";

/** A model registry as a flavor provides it: it need not have the methods that its capabilities leave to core. */
export type ProvidedModelRegistry = Omit<ModelRegistry, LeftToCore> & Partial<Pick<ModelRegistry, LeftToCore>>;

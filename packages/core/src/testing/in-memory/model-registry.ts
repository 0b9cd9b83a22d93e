import type { Caller, Page, PageRequest } from "../../components/common.ts";
import type { CheckOptions } from "../../components/health.ts";
import type {
  ModelFile,
  ModelQuery,
  ModelRegistry,
  ModelRegistryCapabilities,
  ModelVersionQuery,
  ModelVersionStage,
  NewModelFile,
  NewModelVersion,
  RegistryChange,
  RegistryModelVersion,
  StageChange,
  TagChanges,
} from "../../components/model-registry.ts";
import type { Transfer } from "../../components/transfer.ts";
import { digestOf, type Digest } from "../../digest.ts";
import { StackError } from "../../errors.ts";
import { modelValues, versionValues } from "../../search/records.ts";
import { InMemoryArtifactStore } from "./artifact-store.ts";
import { inOrder, keepFile } from "./model-files.ts";
import {
  change,
  describe,
  described,
  modelView,
  versionView,
  type StoredModel,
  type StoredVersion,
} from "./model-records.ts";
import * as stages from "./model-stages.ts";
import { given, hasTags, pageOf, searched } from "./paging.ts";
import { nextVersion } from "./version-number.ts";

type Changes = { readonly description?: string; readonly tags?: TagChanges };

/** Models and versions in memory: for tests, and as the smallest example of a model registry. */
export class InMemoryModelRegistry implements ModelRegistry {
  readonly capabilities: ModelRegistryCapabilities;
  readonly #models: StoredModel[] = [];
  /** Of every model, in the order in which they were registered. */
  readonly #versions: { readonly model: StoredModel; readonly version: StoredVersion }[] = [];
  readonly #blobs = new InMemoryArtifactStore();

  constructor(capabilities: Partial<ModelRegistryCapabilities> = {}) {
    this.capabilities = {
      versions: "assigned",
      stages: "one",
      history: "native",
      comments: "native",
      tagsAfterCreate: true,
      rename: true,
      restore: true,
      limits: { tagKey: 250, tagValue: 8000 },
      ...capabilities,
    };
  }

  async registerModel({ name, description, tags }: Parameters<ModelRegistry["registerModel"]>[0], by: Caller) {
    this.#refuseName(name);
    return modelView(this.#addModel(name, by, description, tags));
  }

  #addModel(name: string, by: Caller, description?: string, tags?: Readonly<Record<string, string>>): StoredModel {
    const model = {
      ...described(description, tags),
      name,
      versions: [],
      aliases: new Map(),
      assignments: [],
      changes: [],
    };
    this.#models.push(model);
    change(model, undefined, by, "created", { to: name });
    return model;
  }

  async updateModel(name: string, changes: Changes, by: Caller) {
    const model = this.#model(name);
    this.#refuseTags(changes);
    describe(model, undefined, changes, by);
    return modelView(model);
  }

  async renameModel(name: string, to: string, by: Caller) {
    const model = this.#model(name);
    if (!this.capabilities.rename) throw new StackError("UNSUPPORTED", "The names of models are for good.");
    if (name !== to) {
      this.#refuseName(to);
      model.name = to;
      change(model, undefined, by, "renamed", { from: name, to });
    }
    return modelView(model);
  }

  async deleteModel(name: string, by: Caller) {
    const model = this.#model(name);
    model.deleted = true;
    change(model, undefined, by, "deleted", { from: name });
  }

  async restoreModel(name: string, by: Caller) {
    this.#refuseRestoring();
    const model = this.#models.findLast((candidate) => candidate.name === name && candidate.deleted);
    if (model === undefined) throw new StackError("MODEL_NOT_FOUND", `There is no deleted model ${name}.`);
    this.#refuseName(name);
    model.deleted = false;
    change(model, undefined, by, "restored", { to: name });
    return modelView(model);
  }

  async getModel(name: string) {
    return modelView(this.#model(name));
  }

  async listModels({ name, tags, deleted = false, ...query }: ModelQuery = {}) {
    const models = this.#models
      .filter((model) => model.deleted === deleted && (name === undefined || model.name === name))
      .map(modelView)
      .filter((model) => hasTags(model.tags, tags))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return searched(models, query, modelValues);
  }

  async registerModelVersion(request: NewModelVersion, by: Caller, transfer?: Transfer) {
    this.#nextVersion(request);
    for (const file of request.files) await keepFile(this.#blobs, file, transfer);
    const number = this.#nextVersion(request);
    const model = this.#find(request.model) ?? this.#addModel(request.model, by);
    const version: StoredVersion = {
      ...described(request.description, { ...request.tags, "modelstack.version": number }),
      number,
      request,
      files: request.files.map(({ part, path, size, digest }) => ({ part, path, size, digest })),
    };
    model.versions.push(version);
    this.#versions.push({ model, version });
    change(model, version, by, "created", { to: number });
    return versionView(model, version);
  }

  #nextVersion(request: NewModelVersion): string {
    const used = this.#models.filter(({ name }) => name === request.model).flatMap(({ versions }) => versions);
    return nextVersion(
      this.capabilities.versions,
      used.map(({ number }) => number),
      request,
    );
  }

  async updateModelVersion(name: string, number: string, changes: Changes, by: Caller) {
    const { model, version } = this.#version(name, number);
    this.#refuseTags(changes);
    describe(model, version, changes, by);
    return versionView(model, version);
  }

  async deleteModelVersion(name: string, number: string, by: Caller) {
    const { model, version } = this.#version(name, number);
    const { aliases } = versionView(model, version);
    if (aliases.length > 0)
      throw new StackError("STILL_REFERENCED", `Version ${number} of ${name} has the alias ${aliases.join(", ")}.`);
    version.deleted = true;
    change(model, version, by, "deleted", { from: number });
  }

  async restoreModelVersion(name: string, number: string, by: Caller) {
    this.#refuseRestoring();
    const { model, version } = this.#version(name, number, true);
    version.deleted = false;
    change(model, version, by, "restored", { to: number });
    return versionView(model, version);
  }

  async getModelVersion(name: string, number: string) {
    const { model, version } = this.#version(name, number);
    return versionView(model, version);
  }

  async listModelVersions(query: ModelVersionQuery = {}): Promise<Page<RegistryModelVersion>> {
    const { model: name, stage, source, tags, createdAfter, createdBefore, order = "desc", deleted = false } = query;
    const found = this.#versions
      .filter(({ model, version }) => !model.deleted && version.deleted === deleted)
      .map(({ model, version }) => versionView(model, version))
      .filter((version) => name === undefined || version.model === name)
      .filter((version) => stage === undefined || stages.isIn(version, stage))
      .filter((version) => source === undefined || version.source === source)
      .filter((version) => createdAfter === undefined || version.createdAt > createdAfter)
      .filter((version) => createdBefore === undefined || version.createdAt < createdBefore)
      .filter((version) => hasTags(version.tags, tags));
    return searched(order === "asc" ? found : found.reverse(), query, versionValues);
  }

  async getLatestModelVersion(name: string, stage?: ModelVersionStage) {
    if (stage === undefined || stage === "None")
      return (await this.listModelVersions({ model: name, limit: 1, ...given("stage", stage) })).items[0];
    const model = this.#find(name);
    const version = model && stages.holder(model, stage, this.#many);
    return version && versionView(model, version);
  }

  async setStage(name: string, number: string, stage: ModelVersionStage, by: StageChange) {
    const { model, version } = this.#version(name, number);
    stages.setStage(model, version, stage, by, this.#many);
    return versionView(model, version);
  }

  async leaveStage(name: string, number: string, stage: ModelVersionStage, by: Caller) {
    const { model, version } = this.#version(name, number);
    stages.leaveStage(model, version, stage, by, this.#many);
    return versionView(model, version);
  }

  get #many(): boolean {
    return this.capabilities.stages === "many";
  }

  async setAlias(name: string, alias: string, number: string, by: Caller & { expected?: string | null }) {
    const { model, version } = this.#version(name, number);
    const from = model.aliases.get(alias)?.number;
    if (by.expected !== undefined && by.expected !== (from ?? null))
      throw new StackError("EXPECTATION_FAILED", `The alias ${alias} of ${name} points at ${from ?? "nothing"}.`);
    if (from === number) return;
    model.aliases.set(alias, version);
    change(model, version, by, "alias", { subject: alias, ...(from === undefined ? {} : { from }), to: number });
  }

  async deleteAlias(name: string, alias: string, by: Caller) {
    const model = this.#model(name);
    const version = this.#alias(model, alias);
    model.aliases.delete(alias);
    change(model, version, by, "alias", { subject: alias, from: version.number });
  }

  async getModelVersionByAlias(name: string, alias: string) {
    const model = this.#model(name);
    return versionView(model, this.#alias(model, alias));
  }

  async addComment(name: string, number: string | undefined, text: string, by: Caller) {
    const { model, version } = this.#subject(name, number);
    (version ?? model).comments.push({ at: new Date(), actor: by.actor, text });
    change(model, version, by, "comment", { to: text });
  }

  async listComments(name: string, number?: string) {
    const { model, version } = this.#subject(name, number);
    return [...(version ?? model).comments];
  }

  async history(name: string, number?: string, page?: PageRequest): Promise<Page<RegistryChange>> {
    const { model } = this.#subject(name, number);
    const changes = model.changes.filter(({ version }) => number === undefined || version === number);
    return pageOf(
      changes.map((entry) => ({ ...entry, model: name })),
      page,
    );
  }

  async listFiles(name: string, number: string) {
    const { files, elsewhere } = this.#version(name, number).version;
    return inOrder(elsewhere ? files.map(({ digest: _, ...file }) => file) : files);
  }

  async downloadFile(
    name: string,
    number: string,
    { part, path }: Pick<ModelFile, "part" | "path">,
    to: string,
    transfer?: Transfer,
  ) {
    const { files } = this.#version(name, number).version;
    const file = files.find((entry) => entry.part === part && entry.path === path);
    if (file === undefined)
      throw new StackError("ARTIFACT_NOT_FOUND", `Version ${number} of ${name} has no ${part} file ${path}.`);
    await this.#blobs.getFile(file.digest!, to, transfer);
  }

  check(options: CheckOptions) {
    return this.#blobs.check(options);
  }

  /** Registers a version as a program does that knows nothing of this framework, and gives its number. */
  async registerElsewhere(model: string, files: readonly NewModelFile[]): Promise<string> {
    const { version } = await this.registerModelVersion(
      { model, files, modelDigest: digestOf("") },
      { actor: "another" },
    );
    this.#version(model, version).version.elsewhere = true;
    return version;
  }

  /** Changes what is stored of a file, as a broken disk does. */
  damage(digest: Digest): void {
    this.#blobs.damage(digest);
  }

  #find(name: string): StoredModel | undefined {
    return this.#models.find((model) => model.name === name && !model.deleted);
  }

  #model(name: string): StoredModel {
    const model = this.#find(name);
    if (model === undefined) throw new StackError("MODEL_NOT_FOUND", `There is no model ${name}.`);
    return model;
  }

  #version(name: string, number: string, deleted = false): { model: StoredModel; version: StoredVersion } {
    const model = this.#model(name);
    const version = model.versions.find((candidate) => candidate.number === number && candidate.deleted === deleted);
    if (version === undefined)
      throw new StackError("MODEL_VERSION_NOT_FOUND", `The model ${name} has no version ${number}.`);
    return { model, version };
  }

  #subject(name: string, number: string | undefined): { model: StoredModel; version?: StoredVersion } {
    return number === undefined ? { model: this.#model(name) } : this.#version(name, number);
  }

  #alias(model: StoredModel, alias: string): StoredVersion {
    const version = model.aliases.get(alias);
    if (version === undefined)
      throw new StackError("ALIAS_NOT_FOUND", `The model ${model.name} has no alias ${alias}.`);
    return version;
  }

  #refuseName(name: string): void {
    if (this.#find(name) !== undefined) throw new StackError("MODEL_EXISTS", `There is a model ${name} already.`);
  }

  #refuseTags({ tags }: Changes): void {
    if (tags !== undefined && !this.capabilities.tagsAfterCreate)
      throw new StackError("UNSUPPORTED", "Tags are fixed when a model or version is made.");
  }

  #refuseRestoring(): void {
    if (!this.capabilities.restore) throw new StackError("UNSUPPORTED", "What is deleted is gone.");
  }
}

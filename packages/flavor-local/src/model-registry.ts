import type {
  Caller,
  CheckOptions,
  ModelFile,
  ModelQuery,
  ModelRegistry,
  ModelVersionQuery,
  ModelVersionStage,
  NewModelVersion,
  PageRequest,
  StageChange,
  TagChanges,
  Transfer,
} from "@modelstack/core";
import { StackError } from "@modelstack/core/stack";
import { LocalArtifactStore } from "./artifact-store.ts";
import { checkFiles } from "./check-files.ts";
import type { LocalDatabase } from "./database.ts";
import { lookAtDatabase } from "./look-at-database.ts";
import * as aliases from "./sql/model-aliases.ts";
import * as notes from "./sql/model-notes.ts";
import * as stages from "./sql/model-stages.ts";
import * as versions from "./sql/model-versions.ts";
import * as models from "./sql/models.ts";
import { nextVersion, type VersionScheme } from "./version-number.ts";

/** Models and versions in the project's SQLite file; their files, by sha256, in a folder of their own, so that deleting runs leaves them. */
export class LocalModelRegistry implements ModelRegistry {
  readonly capabilities;
  readonly #database: LocalDatabase;
  readonly #blobs: LocalArtifactStore;
  readonly #scheme: VersionScheme;

  constructor(database: LocalDatabase, filesFolder: string, scheme: VersionScheme) {
    this.#database = database;
    this.#blobs = new LocalArtifactStore(filesFolder);
    this.#scheme = scheme;
    this.capabilities = {
      versions: scheme === "integer" ? ("assigned" as const) : ("semver" as const),
      stages: "one" as const,
      history: "native" as const,
      comments: "native" as const,
      tagsAfterCreate: true,
      rename: true,
      restore: true,
      limits: { tagKey: 250, tagValue: 8000 },
    };
  }

  registerModel({ name, description = "", tags = {} }: Parameters<ModelRegistry["registerModel"]>[0], by: Caller) {
    return this.#database.write((sql) => models.insertModel(sql, name, description, tags, by));
  }

  updateModel(name: string, { description, tags = {} }: { description?: string; tags?: TagChanges }, by: Caller) {
    return this.#database.write((sql) => models.updateModel(sql, name, description, tags, by));
  }

  renameModel(name: string, to: string, by: Caller) {
    return this.#database.write((sql) => models.renameModel(sql, name, to, by));
  }

  deleteModel(name: string, by: Caller) {
    return this.#database.write((sql) => models.deleteModel(sql, name, by));
  }

  restoreModel(name: string, by: Caller) {
    return this.#database.write((sql) => models.restoreModel(sql, name, by));
  }

  async getModel(name: string) {
    return models.model(this.#database.sql, name);
  }

  async listModels(query: ModelQuery = {}) {
    return models.models(this.#database.sql, query);
  }

  async registerModelVersion(request: NewModelVersion, by: Caller, transfer: Transfer = {}) {
    // Refused before any byte is copied; the transaction below decides for good.
    nextVersion(this.#scheme, versions.usedVersions(this.#database.sql, request.model), request);
    for (const file of request.files) await this.#keep(file, transfer);
    transfer.signal?.throwIfAborted();
    return this.#database.write((sql) => {
      const version = nextVersion(this.#scheme, versions.usedVersions(sql, request.model), request);
      return versions.insertVersion(sql, request, version, `local:${request.modelDigest}`, by);
    });
  }

  async #keep({ localPath, digest, size }: NewModelVersion["files"][number], transfer: Transfer): Promise<void> {
    if (await this.#blobs.has(digest)) transfer.onBytes?.(size);
    else await this.#blobs.putFile(localPath, { ...transfer, expected: digest });
  }

  updateModelVersion(
    model: string,
    version: string,
    { description, tags = {} }: { description?: string; tags?: TagChanges },
    by: Caller,
  ) {
    return this.#database.write((sql) => versions.updateVersion(sql, model, version, description, tags, by));
  }

  deleteModelVersion(model: string, version: string, by: Caller) {
    return this.#database.write((sql) => versions.deleteVersion(sql, model, version, by));
  }

  restoreModelVersion(model: string, version: string, by: Caller) {
    return this.#database.write((sql) => versions.restoreVersion(sql, model, version, by));
  }

  async getModelVersion(model: string, version: string) {
    return versions.modelVersion(this.#database.sql, model, version);
  }

  async listModelVersions(query: ModelVersionQuery = {}) {
    return versions.modelVersions(this.#database.sql, query);
  }

  async getLatestModelVersion(model: string, stage?: ModelVersionStage) {
    const query = { model, limit: 1, ...(stage === undefined ? {} : { stage }) };
    return versions.modelVersions(this.#database.sql, query).items[0];
  }

  setStage(model: string, version: string, stage: ModelVersionStage, by: StageChange) {
    return this.#database.write((sql) => stages.setStage(sql, model, version, stage, by));
  }

  leaveStage(model: string, version: string, stage: ModelVersionStage, by: Caller) {
    return this.#database.write((sql) => stages.leaveStage(sql, model, version, stage, by));
  }

  setAlias(model: string, alias: string, version: string, by: Caller & { expected?: string | null }) {
    return this.#database.write((sql) => aliases.setAlias(sql, model, alias, version, by));
  }

  deleteAlias(model: string, alias: string, by: Caller) {
    return this.#database.write((sql) => aliases.deleteAlias(sql, model, alias, by));
  }

  async getModelVersionByAlias(model: string, alias: string) {
    return aliases.versionByAlias(this.#database.sql, model, alias);
  }

  addComment(model: string, version: string | undefined, text: string, by: Caller) {
    return this.#database.write((sql) => notes.addComment(sql, model, version, text, by));
  }

  async listComments(model: string, version?: string) {
    return notes.comments(this.#database.sql, model, version);
  }

  async history(model: string, version?: string, page: PageRequest = {}) {
    return notes.history(this.#database.sql, model, version, page);
  }

  async listFiles(model: string, version: string) {
    return versions.modelFiles(this.#database.sql, model, version);
  }

  async downloadFile(
    model: string,
    version: string,
    { part, path }: Pick<ModelFile, "part" | "path">,
    to: string,
    transfer?: Transfer,
  ) {
    const file = versions
      .modelFiles(this.#database.sql, model, version)
      .find((candidate) => candidate.part === part && candidate.path === path);
    if (file === undefined)
      throw new StackError("ARTIFACT_NOT_FOUND", `Version ${version} of ${model} has no ${part} file ${path}.`);
    await this.#blobs.getFile(file.digest, to, transfer);
  }

  async check(options: CheckOptions) {
    const found = await lookAtDatabase(this.#database.path, async (sql) => [
      await checkFiles("files of versions", versions.allFiles(sql), this.#blobs),
    ]);
    return [...found, ...(await this.#blobs.check(options))];
  }
}

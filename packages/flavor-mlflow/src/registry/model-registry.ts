import { randomUUIDv7 } from "node:crypto";
import { writeFile } from "node:fs/promises";
import {
  aliasNotFound,
  type Caller,
  type ModelComment,
  modelExists,
  type ModelFile,
  type ModelQuery,
  type ModelVersionQuery,
  type ModelVersionStage,
  type NewModelVersion,
  type ProvidedModelRegistry,
  refuseUnexpectedHolder,
  refuseUnexpectedStage,
  type RegistryModelVersion,
  type StageChange,
  stillReferenced,
  type TagChanges,
  type Transfer,
  Turns,
} from "@modelstack/core/stack";
import { StackError } from "@modelstack/core/base";
import { isMlflowError, type KeyValue, type MlflowClient } from "@modelstack/mlflow-client";
import type { MlflowServer } from "../server.ts";
import { registryCapabilities } from "./capabilities.ts";
import { locate } from "./locate.ts";
import { makeVersion } from "./make-version.ts";
import { download } from "./model-files.ts";
import { highestPresent, lastOfEarlier, lastVersion, noteForLater, noteLast } from "./numbers.ts";
import { commentsOf, commentTag, metricTags, paramTags, serverTags } from "./own-tags.ts";
import { giveUp } from "./place.ts";
import { Reader } from "./reader.ts";
import { nothingDeleted, refuseNumber } from "./refusals.ts";
import { encodeKey } from "./tag-keys.ts";
import { upload, type Uploaded } from "./upload.ts";

type Described = { readonly description?: string; readonly tags?: TagChanges };

/** Models and versions on an MLflow server; their files among the artifacts of the runs that made them. */
export class MlflowModelRegistry implements ProvidedModelRegistry {
  readonly capabilities = registryCapabilities;
  readonly address: string;
  readonly #server: MlflowServer;
  readonly #reader: Reader;
  readonly #turns = new Turns();

  constructor(server: MlflowServer) {
    this.#server = server;
    this.address = server.url;
    this.#reader = new Reader(server.client, server.url);
  }

  /** Calls the server for a change of a model, after those that this process has under way. */
  #change<T>(model: string, work: (client: MlflowClient) => Promise<T>): Promise<T> {
    return this.#turns.take(model, () => this.#server.call(work));
  }

  async registerModel({ name, description = "", tags = {} }: Parameters<ProvidedModelRegistry["registerModel"]>[0]) {
    return this.#change(name, async (client) => {
      try {
        return this.#reader.viewOfModel(
          await client.registeredModels.create({ name, description, tags: written(tags) }),
        );
      } catch (error) {
        if (!isMlflowError(error, "already-exists")) throw error;
        throw modelExists(name, error);
      }
    });
  }

  async updateModel(name: string, { description, tags = {} }: Described) {
    return this.#change(name, async (client) => {
      const before = serverTags((await this.#reader.model(name)).tags);
      for (const [key, value] of Object.entries(tags).map(([of, to]) => [encodeKey(of), to] as const))
        if (value !== null) await client.registeredModels.setTag({ name, key, value });
        else if (before.has(key)) await client.registeredModels.deleteTag({ name, key });
      if (description !== undefined) await client.registeredModels.update({ name, description });
      return this.#reader.viewOfModel(await this.#reader.model(name));
    });
  }

  async renameModel(name: string, to: string) {
    return this.#change(name, async (client) => {
      const model = await this.#reader.model(name);
      if (name === to) return this.#reader.viewOfModel(model);
      if ((await this.#reader.find(to)) !== undefined) throw modelExists(to);
      const last = await lastVersion(client, name, model);
      const earlier = await lastOfEarlier(client, to);
      await noteForLater(client, name, last);
      await noteLast(client, model, Math.max(earlier, last));
      try {
        return this.#reader.viewOfModel(await client.registeredModels.rename({ name, new_name: to }));
      } catch (error) {
        if (!isMlflowError(error, "already-exists")) throw error;
        throw modelExists(to, error);
      }
    });
  }

  async deleteModel(name: string) {
    return this.#change(name, async (client) => {
      const model = await this.#reader.model(name);
      await noteForLater(client, name, await lastVersion(client, name, model));
      await client.registeredModels.delete({ name });
    });
  }

  async restoreModel(): Promise<never> {
    throw nothingDeleted();
  }

  async getModel(name: string) {
    return this.#server.call(async () => this.#reader.viewOfModel(await this.#reader.model(name)));
  }

  async listModels(query: ModelQuery = {}) {
    return this.#server.call(() => this.#reader.listModels(query));
  }

  async registerModelVersion(request: NewModelVersion, by: Caller, transfer: Transfer = {}) {
    refuseNumber(request);
    return this.#server.call(async (client) => {
      const uploaded = await upload(client, request, by.actor, transfer);
      try {
        return await this.#turns.take(request.model, () => this.#register(client, request, uploaded, transfer));
      } catch (error) {
        await giveUp(client, uploaded.place);
        throw error;
      }
    });
  }

  async #register(
    client: MlflowClient,
    { model: name, description = "", tags = {}, params = {}, metrics = {} }: NewModelVersion,
    { place, source, tags: about }: Uploaded,
    { signal }: Transfer,
  ): Promise<RegistryModelVersion> {
    const all = [...written(tags), ...about, ...paramTags(params), ...metricTags(metrics)];
    const request = { name, source, run_id: place.run, description, tags: all };
    return this.#reader.view(await makeVersion(client, request, await this.#reader.find(name, { signal }), signal));
  }

  async updateModelVersion(name: string, version: string, { description, tags = {} }: Described) {
    return this.#change(name, async (client) => {
      const before = serverTags((await this.#reader.version(name, version)).tags);
      for (const [key, value] of Object.entries(tags).map(([of, to]) => [encodeKey(of), to] as const))
        if (value !== null) await client.modelVersions.setTag({ name, version, key, value });
        else if (before.has(key)) await client.modelVersions.deleteTag({ name, version, key });
      if (description !== undefined) await client.modelVersions.update({ name, version, description });
      return this.#reader.view(await this.#reader.version(name, version));
    });
  }

  async deleteModelVersion(name: string, version: string) {
    return this.#change(name, async (client) => {
      const { aliases } = await this.#reader.version(name, version);
      if (aliases.length > 0) throw stillReferenced(name, version, aliases);
      const model = await this.#reader.model(name);
      // MLflow gives the number after the highest one that is there.
      if (highestPresent(model) <= Number(version)) await noteLast(client, model, Number(version));
      await client.modelVersions.delete({ name, version });
    });
  }

  async restoreModelVersion(): Promise<never> {
    throw nothingDeleted();
  }

  async getModelVersion(name: string, version: string) {
    return this.#server.call(async () => this.#reader.view(await this.#reader.version(name, version)));
  }

  async listModelVersions(query: ModelVersionQuery = {}) {
    return this.#server.call(() => this.#reader.listVersions(query));
  }

  async getLatestModelVersion(name: string, stage?: ModelVersionStage) {
    return this.#server.call(async () => {
      const model = await this.#reader.find(name);
      return model === undefined ? undefined : this.#reader.newest(model, stage);
    });
  }

  async setStage(name: string, version: string, stage: ModelVersionStage, by: StageChange) {
    return this.#change(name, async (client) => {
      const before = this.#reader.view(await this.#reader.version(name, version));
      refuseUnexpectedStage(name, version, before.stages, by);
      if (by.expectedHolder !== undefined) {
        const holder = this.#reader.newest(await this.#reader.model(name), stage);
        refuseUnexpectedHolder(name, stage, holder?.version, by);
      }
      const { archivePrevious: archive_existing_versions = false } = by;
      if (before.stage === stage && !archive_existing_versions) return before;
      await client.modelVersions.transitionStage({ name, version, stage, archive_existing_versions });
      return this.#reader.view(await this.#reader.version(name, version));
    });
  }

  async leaveStage(name: string, version: string, stage: ModelVersionStage, by: Caller) {
    const before = await this.getModelVersion(name, version);
    return before.stage === stage && stage !== "None" ? this.setStage(name, version, "None", by) : before;
  }

  async setAlias(name: string, alias: string, version: string, by: Caller & { readonly expected?: string | null }) {
    return this.#change(name, async (client) => {
      await this.#reader.version(name, version);
      if (by.expected !== undefined) await this.#refuseOtherTarget(name, alias, by.expected);
      await client.registeredModels.setAlias({ name, alias, version });
    });
  }

  async #refuseOtherTarget(name: string, alias: string, expected: string | null): Promise<void> {
    const found = (await this.#reader.model(name)).aliases.find((one) => one.alias === alias);
    if ((found?.version ?? null) === expected) return;
    const said = (version: string | null | undefined) => (version == null ? "no version" : `version ${version}`);
    throw new StackError(
      "EXPECTATION_FAILED",
      `The alias ${alias} of ${name} points at ${said(found?.version)}, not at ${said(expected)} as expected.`,
    );
  }

  async deleteAlias(name: string, alias: string) {
    return this.#change(name, async (client) => {
      const { aliases } = await this.#reader.model(name);
      if (!aliases.some((one) => one.alias === alias)) throw aliasNotFound(name, alias);
      await client.registeredModels.deleteAlias({ name, alias });
    });
  }

  async getModelVersionByAlias(name: string, alias: string) {
    return this.#server.call(async () => {
      const { aliases } = await this.#reader.model(name);
      const target = aliases.find((one) => one.alias === alias);
      if (target === undefined) throw aliasNotFound(name, alias);
      return this.#reader.view(await this.#reader.version(name, target.version));
    });
  }

  async addComment(name: string, version: string | undefined, text: string, { actor }: Caller) {
    const tag = commentTag(randomUUIDv7(), { at: new Date(), actor, text });
    return this.#server.call(async (client) => {
      if (version === undefined) {
        await this.#reader.model(name);
        await client.registeredModels.setTag({ name, ...tag });
      } else {
        await this.#reader.version(name, version);
        await client.modelVersions.setTag({ name, version, ...tag });
      }
    });
  }

  async listComments(name: string, version?: string): Promise<readonly ModelComment[]> {
    return this.#server.call(async () => {
      const { tags } =
        version === undefined ? await this.#reader.model(name) : await this.#reader.version(name, version);
      return commentsOf(serverTags(tags));
    });
  }

  async listFiles(name: string, version: string) {
    return this.#server.call(async (client) => (await locate(client, await this.#reader.version(name, version))).files);
  }

  async downloadFile(
    name: string,
    version: string,
    { part, path }: Pick<ModelFile, "part" | "path">,
    to: string,
    transfer: Transfer = {},
  ) {
    return this.#server.call(async (client) => {
      const { files, root, pathOf, textOf } = await locate(client, await this.#reader.version(name, version));
      const file = files.find((candidate) => candidate.part === part && candidate.path === path);
      if (file === undefined)
        throw new StackError("ARTIFACT_NOT_FOUND", `Version ${version} of ${name} has no ${part} file ${path}.`);
      const text = textOf?.(file);
      if (text === undefined) await download(root, pathOf(file), file, to, transfer);
      else await writeFile(to, text, { flag: "wx" });
    });
  }
}

const written = (tags: Readonly<Record<string, string>>): KeyValue[] =>
  Object.entries(tags).map(([key, value]) => ({ key: encodeKey(key), value }));

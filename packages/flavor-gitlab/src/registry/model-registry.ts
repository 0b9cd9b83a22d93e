import {
  checkFiles,
  aliasNotFound,
  type Caller,
  type ModelComment,
  modelExists,
  type ModelFile,
  type ModelQuery,
  modelVersionNotFound,
  type ModelVersionQuery,
  type ModelVersionStage,
  type NewModelVersion,
  type Page,
  pageOf,
  type PageRequest,
  type ProvidedModelRegistry,
  refuseUnexpectedHolder,
  refuseUnexpectedStage,
  type RegistryChange,
  type RegistryModelVersion,
  type StageChange,
  stillReferenced,
  type Transfer,
  Turns,
} from "@modelstack/core/stack";
import { StackError } from "@modelstack/core/base";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";
import type { GitLabProject } from "../connection/gitlab-project.ts";
import { registryCapabilities } from "./capabilities.ts";
import { append, experimentOf, type JournalChange } from "./journal.ts";
import { knownModel, type KnownModel } from "./known-model.ts";
import { planFiles } from "./layout.ts";
import { noteDeleted } from "./ledger.ts";
import { described, type Described } from "./described.ts";
import { locate } from "./locate.ts";
import { deleteEmpty, usedBy } from "./make-version.ts";
import { download, refuseLarge } from "./model-files.ts";
import { semantic } from "./numbers.ts";
import { userTags } from "./own-tags.ts";
import { Reader } from "./reader.ts";
import { modelOf } from "./records.ts";
import { cannotRename, nothingDeleted, otherTarget, refuseLongText } from "./refusals.ts";
import { register } from "./register.ts";
import { stageChanges } from "./stage-changes.ts";

type Work<T> = (client: ProjectClient, reader: Reader) => Promise<T>;

/** Models and versions in a GitLab project; what GitLab has no place for is in a journal beside them. */
export class GitLabModelRegistry implements ProvidedModelRegistry {
  readonly capabilities = registryCapabilities;
  readonly #project: GitLabProject;
  readonly #turns = new Turns();

  constructor(project: GitLabProject) {
    this.#project = project;
  }

  #read<T>(work: Work<T>): Promise<T> {
    return this.#project.call((client) => work(client, new Reader(client)));
  }

  /** Calls the project for a change of a model, after those that this process has under way. */
  #change<T>(model: string, work: Work<T>): Promise<T> {
    return this.#turns.take(model, () => this.#read(work));
  }

  async registerModel(
    { name, description = "", tags = {} }: Parameters<ProvidedModelRegistry["registerModel"]>[0],
    by: Caller,
  ) {
    refuseLongText(description);
    return this.#change(name, async (client) => {
      const server = await client.models.create({ name, description, tags: userTags(tags) }).catch((error: unknown) => {
        throw isMlflowError(error, "already-exists") ? modelExists(name, error) : error;
      });
      try {
        const known = knownModel(server, await client.experiments.getByName(experimentOf(name)));
        return modelOf(await this.#append(client, known, by, () => [{ kind: "created", to: name }]));
      } catch (error) {
        await deleteEmpty(client, name);
        throw error;
      }
    });
  }

  /** Appends to the journal of a model what is decided by how it is then. */
  async #append(
    client: ProjectClient,
    known: KnownModel,
    by: Caller,
    decide: (known: KnownModel) => readonly JournalChange[],
  ): Promise<KnownModel> {
    const { server, experiment } = known;
    const after = await append(client, experiment, by, (tags) =>
      decide(knownModel(server, { ...experiment, tags: [...tags] })),
    );
    return knownModel(server, after);
  }

  async updateModel(name: string, changes: Described, by: Caller) {
    refuseLongText(changes.description);
    return this.#change(name, async (client, reader) => {
      const before = await reader.model(name);
      const after = await this.#append(client, before, by, (known) => described(modelOf(known), changes));
      const { description } = changes;
      if (description === undefined || description === before.server.description) return modelOf(after);
      const server = await client.models.update({ name, description });
      return modelOf({ ...after, server: { ...after.server, ...timesAndText(server) } });
    });
  }

  async renameModel(name: string): Promise<never> {
    await this.getModel(name);
    throw cannotRename(name);
  }

  async deleteModel(name: string) {
    return this.#change(name, async (client, reader) => {
      await noteDeleted(client, name, usedBy(await reader.model(name)));
      await client.models.delete(name);
    });
  }

  async restoreModel(): Promise<never> {
    throw nothingDeleted();
  }

  async getModel(name: string) {
    return this.#read(async (_, reader) => modelOf(await reader.model(name)));
  }

  async listModels(query: ModelQuery = {}) {
    return this.#read((_, reader) => reader.listModels(query));
  }

  async registerModelVersion(request: NewModelVersion, by: Caller, transfer: Transfer = {}) {
    const { version, files, modelDigest, description, trackedRunId } = request;
    if (version !== undefined) semantic(version);
    refuseLongText(description);
    const plan = planFiles(files, modelDigest, trackedRunId !== undefined);
    await refuseLarge(files);
    const unchanged = await checkFiles(files, transfer);
    transfer.signal?.throwIfAborted();
    const { job, known } = await this.#project.settings();
    return this.#read((client, reader) =>
      register({
        client,
        reader,
        turns: this.#turns,
        request,
        by,
        plan,
        unchanged,
        transfer,
        job: known === undefined ? undefined : job?.id,
      }),
    );
  }

  async updateModelVersion(name: string, version: string, changes: Described, by: Caller) {
    refuseLongText(changes.description);
    return this.#change(name, async (client, reader) => {
      const before = await reader.model(name);
      const found = reader.viewOf(before, version);
      const after = await this.#append(client, before, by, (known) =>
        described(reader.viewOf(known, version), changes).map((change) => ({ ...change, version })),
      );
      const { description } = changes;
      if (description === undefined || description === found.description) return reader.viewOf(after, version);
      const updated = await client.versions.update({ name, semver: version, description });
      const versions = after.versions.map((one) => (one.semver === version ? updated : one));
      return reader.viewOf({ ...after, versions }, version);
    });
  }

  async deleteModelVersion(name: string, version: string, by: Caller) {
    return this.#change(name, async (client, reader) => {
      const before = await reader.model(name);
      const found = before.versions.find(({ semver }) => semver === version);
      const after = await this.#append(client, before, by, (known) => {
        const { aliases } = reader.viewOf(known, version);
        if (aliases.length > 0) throw stillReferenced(name, version, aliases);
        return [{ kind: "deleted", version, from: version }];
      });
      try {
        await client.versions.delete(found!.id);
      } catch (error) {
        await this.#append(client, after, by, () => [{ kind: "restored", version, to: version }]);
        throw error;
      }
    });
  }

  async restoreModelVersion(): Promise<never> {
    throw nothingDeleted();
  }

  async getModelVersion(name: string, version: string) {
    return this.#read(async (_, reader) => reader.viewOf(await reader.version(name, version), version));
  }

  async listModelVersions(query: ModelVersionQuery = {}) {
    return this.#read((_, reader) => reader.listVersions(query));
  }

  async getLatestModelVersion(name: string, stage?: ModelVersionStage) {
    return this.#read(async (_, reader) => {
      const known = await reader.find(name);
      return known === undefined ? undefined : reader.newest(known, stage);
    });
  }

  async setStage(name: string, version: string, stage: ModelVersionStage, by: StageChange) {
    return this.#change(name, async (client, reader) => {
      const after = await this.#append(client, await reader.model(name), by, (known) => {
        const before = reader.viewOf(known, version);
        refuseUnexpectedStage(name, version, before.stages, by);
        refuseUnexpectedHolder(name, stage, reader.newest(known, stage)?.version, by);
        return stageChanges(reader.viewsOf(known), before, stage, by.archivePrevious);
      });
      return reader.viewOf(after, version);
    });
  }

  async leaveStage(name: string, version: string, stage: ModelVersionStage, by: Caller): Promise<RegistryModelVersion> {
    const before = await this.getModelVersion(name, version);
    return before.stage === stage && stage !== "None" ? this.setStage(name, version, "None", by) : before;
  }

  async setAlias(name: string, alias: string, version: string, by: Caller & { readonly expected?: string | null }) {
    return this.#change(name, async (client, reader) => {
      await this.#append(client, await reader.model(name), by, (known) => {
        reader.viewOf(known, version);
        const from = known.aliases.get(alias);
        if (by.expected !== undefined && by.expected !== (from ?? null))
          throw otherTarget(name, alias, from, by.expected);
        if (from === version) return [];
        return [{ kind: "alias", version, subject: alias, ...(from === undefined ? {} : { from }), to: version }];
      });
    });
  }

  async deleteAlias(name: string, alias: string, by: Caller) {
    return this.#change(name, async (client, reader) => {
      await this.#append(client, await reader.model(name), by, ({ aliases }) => {
        const from = aliases.get(alias);
        if (from === undefined) throw aliasNotFound(name, alias);
        return [{ kind: "alias", version: from, subject: alias, from }];
      });
    });
  }

  async getModelVersionByAlias(name: string, alias: string) {
    return this.#read(async (_, reader) => {
      const known = await reader.model(name);
      const target = known.aliases.get(alias);
      if (target === undefined) throw aliasNotFound(name, alias);
      return reader.viewOf(known, target);
    });
  }

  async addComment(name: string, version: string | undefined, text: string, by: Caller) {
    return this.#change(name, async (client, reader) => {
      await this.#append(client, await this.#subject(reader, name, version), by, () => [
        { kind: "comment", to: text, ...(version === undefined ? {} : { version }) },
      ]);
    });
  }

  async listComments(name: string, version?: string): Promise<readonly ModelComment[]> {
    const { changes } = await this.#read((_, reader) => this.#subject(reader, name, version));
    return changes
      .filter((change) => change.kind === "comment" && change.version === version)
      .map(({ at, actor, to = "" }) => ({ at, actor, text: to }));
  }

  async history(name: string, version?: string, page?: PageRequest): Promise<Page<RegistryChange>> {
    const { changes } = await this.#read((_, reader) => this.#subject(reader, name, version));
    return pageOf(version === undefined ? changes : changes.filter((change) => change.version === version), page);
  }

  /** A model, or that of a version. @throws StackError MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND */
  async #subject(reader: Reader, name: string, version: string | undefined): Promise<KnownModel> {
    const known = await reader.model(name);
    if (version === undefined || known.versions.some(({ semver }) => semver === version)) return known;
    throw modelVersionNotFound(name, version);
  }

  async listFiles(name: string, version: string) {
    return this.#read(async (client, reader) => (await locate(client, await found(reader, name, version))).files);
  }

  async downloadFile(
    name: string,
    version: string,
    { part, path }: Pick<ModelFile, "part" | "path">,
    to: string,
    transfer: Transfer = {},
  ) {
    return this.#read(async (client, reader) => {
      const one = await found(reader, name, version);
      const { files, pathOf } = await locate(client, one);
      const file = files.find((candidate) => candidate.part === part && candidate.path === path);
      if (file === undefined)
        throw new StackError("ARTIFACT_NOT_FOUND", `Version ${version} of ${name} has no ${part} file ${path}.`);
      await download(client, [one.id, pathOf(file)], file, to, transfer);
    });
  }
}

const found = async (reader: Reader, name: string, version: string) =>
  (await reader.version(name, version)).versions[0]!;

const timesAndText = ({ description, last_updated_timestamp }: KnownModel["server"]) => ({
  description,
  last_updated_timestamp,
});

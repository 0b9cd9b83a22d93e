import {
  byOrder,
  type FieldValues,
  type ListedModel,
  matchesFilter,
  modelNotFound,
  type ModelQuery,
  modelValues,
  modelVersionNotFound,
  type ModelVersionQuery,
  type ModelVersionStage,
  type Page,
  pageOf,
  type RegistryModelVersion,
  type SearchQuery,
  versionValues,
} from "@modelstack/core/stack";
import semver from "semver";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { Experiment } from "../client/experiments.ts";
import type { ProjectClient } from "../client/gitlab-client.ts";
import type { RegisteredModel as ServerModel } from "../client/models.ts";
import type { ModelVersion } from "../client/model-versions.ts";
import { experimentOf } from "./journal.ts";
import { knownModel, type KnownModel } from "./known-model.ts";
import { modelOf, versionsOf } from "./records.ts";
import { nothingDeleted } from "./refusals.ts";

/** Looks up models and versions in a project. */
export class Reader {
  readonly #client: ProjectClient;

  constructor(client: ProjectClient) {
    this.#client = client;
  }

  /** A model, with all that is known of it. */
  async find(name: string): Promise<KnownModel | undefined> {
    const [server, experiment] = await Promise.all([this.#client.models.find(name), this.#experiment(name)]);
    if (server === undefined) return undefined;
    return knownModel(await this.#whole(server), experiment ?? noExperiment(name));
  }

  /** @throws StackError MODEL_NOT_FOUND */
  async model(name: string): Promise<KnownModel> {
    const known = await this.find(name);
    if (known === undefined) throw modelNotFound(name);
    return known;
  }

  /**
   * A model with one version, and what the journal says: of the model itself and its other versions, nothing.
   *
   * @throws StackError MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND
   */
  async version(name: string, semver: string): Promise<KnownModel> {
    const [found, experiment] = await Promise.all([this.#version(name, semver), this.#experiment(name)]);
    if (found !== undefined) {
      const known = knownModel(withOnly(name, found), experiment ?? noExperiment(name));
      if (known.versions.length > 0) return known;
    }
    await this.model(name);
    throw modelVersionNotFound(name, semver);
  }

  async #version(name: string, semver: string): Promise<ModelVersion | undefined> {
    try {
      return await this.#client.versions.get(name, semver);
    } catch (error) {
      if (isMlflowError(error, "not-found")) return undefined;
      throw error;
    }
  }

  async #experiment(name: string): Promise<Experiment | undefined> {
    try {
      return await this.#client.experiments.getByName(experimentOf(name));
    } catch (error) {
      if (isMlflowError(error, "not-found")) return undefined;
      throw error;
    }
  }

  /** An older GitLab lists versions without their tags. */
  async #whole(server: ServerModel): Promise<ServerModel> {
    const { name, latest_versions } = server;
    if (latest_versions.every(({ semver }) => semver !== "")) return server;
    const versions: ModelVersion[] = [];
    // There, what stands in the place of the id is the semantic version.
    for (const { id } of latest_versions) versions.push(await this.#client.versions.get(name, id));
    return { ...server, latest_versions: versions };
  }

  viewsOf(known: KnownModel): RegistryModelVersion[] {
    return versionsOf(known, (id) => this.#client.files.address(id));
  }

  /** A version of those that are known. */
  viewOf(known: KnownModel, semver: string): RegistryModelVersion {
    const view = this.viewsOf(known).find(({ version }) => version === semver);
    if (view === undefined) throw modelVersionNotFound(known.name, semver);
    return view;
  }

  /** The highest version, as GitLab takes it for the latest, or of those in a stage. */
  newest(known: KnownModel, stage: ModelVersionStage | undefined): RegistryModelVersion | undefined {
    return highestFirst(this.viewsOf(known)).find((version) => stage === undefined || version.stage === stage);
  }

  async listModels({ name, tags = {}, deleted = false, ...query }: ModelQuery): Promise<Page<ListedModel>> {
    if (deleted) throw nothingDeleted();
    const models = (await this.#named(name)).map((known): ListedModel => ({
      ...modelOf(known),
      latestVersions: newestInEach(this.viewsOf(known)),
    }));
    const found = models.filter((model) => hasTags(model.tags, tags)).sort((a, b) => (a.name < b.name ? -1 : 1));
    return searched(found, query, modelValues);
  }

  async listVersions(query: ModelVersionQuery): Promise<Page<RegistryModelVersion>> {
    const { model, stage, source, tags = {}, createdAfter, createdBefore, order = "desc", deleted = false } = query;
    if (deleted) throw nothingDeleted();
    const found = (await this.#named(model))
      .flatMap((known) => this.viewsOf(known).map((view, place) => ({ view, id: Number(known.versions[place]!.id) })))
      .sort((a, b) => (order === "asc" ? a.id - b.id : b.id - a.id))
      .map(({ view }) => view)
      .filter((version) => stage === undefined || version.stage === stage)
      .filter((version) => source === undefined || version.source === source)
      .filter((version) => createdAfter === undefined || version.createdAt > createdAfter)
      .filter((version) => createdBefore === undefined || version.createdAt < createdBefore)
      .filter((version) => hasTags(version.tags, tags));
    return searched(found, query, versionValues);
  }

  /** The model of a name, or all. Two requests say all there is to know, whatever their number. */
  async #named(name: string | undefined): Promise<KnownModel[]> {
    if (name !== undefined) {
      const known = await this.find(name);
      return known === undefined ? [] : [known];
    }
    const [models, experiments] = await Promise.all([
      Array.fromAsync(this.#client.models.searchAll()),
      this.#client.experiments.list(),
    ]);
    const byName = new Map(experiments.map((experiment) => [experiment.name, experiment]));
    const known: KnownModel[] = [];
    for (const model of models)
      known.push(
        knownModel(await this.#whole(model), byName.get(experimentOf(model.name)) ?? noExperiment(model.name)),
      );
    return known;
  }
}

/** What is known of a model whose experiment is not there, which GitLab says cannot be: an empty journal. */
const noExperiment = (name: string): Experiment => ({ experiment_id: "", name: experimentOf(name), tags: [] });

/** A model of which only one version was asked for. */
const withOnly = (name: string, version: ModelVersion): ServerModel => ({
  name,
  creation_timestamp: version.creation_timestamp,
  last_updated_timestamp: version.last_updated_timestamp,
  description: "",
  user_id: "",
  tags: [],
  latest_versions: [version],
});

const highestFirst = (versions: readonly RegistryModelVersion[]) =>
  versions.toSorted((a, b) => semver.rcompare(a.version, b.version));

/** The highest version of each stage, and of those in none. */
function newestInEach(versions: readonly RegistryModelVersion[]): RegistryModelVersion[] {
  const seen = new Set<ModelVersionStage>();
  return highestFirst(versions).filter(({ stage }) => !seen.has(stage) && seen.add(stage));
}

function hasTags(present: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(present, key) && present[key] === value);
}

function searched<T>(items: readonly T[], query: SearchQuery, valuesOf: (item: T) => FieldValues): Page<T> {
  const { filter = [], orderBy = [], limit, pageToken } = query;
  const found = items.filter((item) => matchesFilter(filter, valuesOf(item))).sort(byOrder(orderBy, valuesOf));
  return pageOf(found, {
    ...(limit === undefined ? {} : { limit }),
    ...(pageToken === undefined ? {} : { pageToken }),
  });
}

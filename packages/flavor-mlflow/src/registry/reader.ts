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
  type RegisteredModel,
  type RegistryModelVersion,
  type SearchClause,
  type SearchEntity,
  type SearchFilter,
  type SearchQuery,
  versionValues,
} from "@modelstack/core/stack";
import {
  isMlflowError,
  type CallOptions,
  type MlflowClient,
  type ModelVersion,
  type RegisteredModel as ServerModel,
} from "@modelstack/mlflow-client";
import { REPLACED } from "./own-tags.ts";
import { isPrompt, modelOf, versionOf } from "./records.ts";
import { nothingDeleted } from "./refusals.ts";
import { compileFilter, compileOrder } from "./search.ts";

/** How many a page has, and how many are asked for at once when all are needed. */
const PAGE = 100;
const MANY = 1000;

/** Looks up models and versions on a server. `page` is the address of its pages. */
export class Reader {
  readonly #client: MlflowClient;
  readonly #page: string;

  constructor(client: MlflowClient, page: string) {
    this.#client = client;
    this.#page = page;
  }

  /** A model, or a prompt; nothing where there is neither. */
  async find(name: string, options?: CallOptions): Promise<ServerModel | undefined> {
    try {
      return await this.#client.registeredModels.get({ name }, options);
    } catch (error) {
      if (isMlflowError(error, "not-found")) return undefined;
      throw error;
    }
  }

  /** @throws StackError MODEL_NOT_FOUND */
  async model(name: string): Promise<ServerModel> {
    const model = await this.find(name);
    if (model !== undefined && !isPrompt(model)) return model;
    const what = model === undefined ? "" : ": the server has a prompt of that name";
    throw modelNotFound(name, what);
  }

  /** @throws StackError MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND */
  async version(name: string, version: string): Promise<ModelVersion> {
    // The server would read 03 as 3.
    if (/^[1-9]\d{0,14}$/.test(version)) {
      try {
        const found = await this.#client.modelVersions.get({ name, version });
        if (!isReplaced(found)) return found;
      } catch (error) {
        if (!isMlflowError(error, "not-found")) throw error;
      }
    }
    await this.model(name);
    throw modelVersionNotFound(name, version);
  }

  viewOfModel(model: ServerModel): RegisteredModel {
    return modelOf(model, this.#page);
  }

  /** Of a version that was asked for by itself: those in lists do not say which aliases they have. */
  view(version: ModelVersion): RegistryModelVersion {
    const aliases = version.aliases.map((alias) => ({ alias, version: version.version }));
    return versionOf(version, aliases, this.#page);
  }

  /** The newest version of a model, or of those in a stage. */
  newest(model: ServerModel, stage: ModelVersionStage | undefined): RegistryModelVersion | undefined {
    return this.#latestVersions(model).find((version) => stage === undefined || version.stage === stage);
  }

  /** The newest version in each stage, the last one first. */
  #latestVersions({ latest_versions, aliases }: ServerModel): RegistryModelVersion[] {
    return latest_versions
      .filter((version) => !isReplaced(version))
      .sort((a, b) => Number(b.version) - Number(a.version))
      .map((version) => versionOf(version, aliases, this.#page));
  }

  async listModels({ name, tags = {}, deleted = false, ...query }: ModelQuery): Promise<Page<ListedModel>> {
    if (deleted) throw nothingDeleted();
    const filter = [
      ...(query.filter ?? []),
      ...(name === undefined ? [] : [attribute("name", name)]),
      ...tagClauses(tags),
    ];
    return this.#search("model", { ...query, filter }, [["name", "ASC"]], modelValues, async (request) => {
      const { registered_models, next_page_token } = await this.#client.registeredModels.search(request);
      const items = registered_models.map((model) => ({
        ...this.viewOfModel(model),
        latestVersions: this.#latestVersions(model),
      }));
      return { items, next_page_token };
    });
  }

  async listVersions({
    model,
    stage,
    source,
    tags = {},
    createdAfter,
    createdBefore,
    order = "desc",
    deleted = false,
    ...query
  }: ModelVersionQuery): Promise<Page<RegistryModelVersion>> {
    if (deleted) throw nothingDeleted();
    const filter: SearchFilter = [
      ...(query.filter ?? []),
      ...(model === undefined ? [] : [attribute("name", model)]),
      ...(source === undefined ? [] : [attribute("source_path", source)]),
      ...(stage === undefined ? [] : [attribute("stage", stage.toUpperCase())]),
      ...(createdAfter === undefined ? [] : [created(">", createdAfter)]),
      ...(createdBefore === undefined ? [] : [created("<", createdBefore)]),
      ...tagClauses(tags),
    ];
    const direction = order === "desc" ? "DESC" : "ASC";
    const rest = [
      ["creation_timestamp", direction],
      ["version_number", direction],
    ] as const;
    return this.#search("model version", { ...query, filter }, rest, versionValues, async (request) => {
      const { model_versions, next_page_token } = await this.#client.modelVersions.search(request);
      const versions = model_versions.filter((version) => !isReplaced(version));
      return { items: await this.#withAliases(versions), next_page_token };
    });
  }

  /** Lists of versions say nothing of aliases; their models do. */
  async #withAliases(versions: readonly ModelVersion[]): Promise<RegistryModelVersion[]> {
    const names = [...new Set(versions.map(({ name }) => name))];
    const models = await Promise.all(names.map((name) => this.find(name)));
    const aliases = new Map(models.map((model) => [model?.name, model?.aliases ?? []]));
    return versions.map((version) => versionOf(version, aliases.get(version.name) ?? [], this.#page));
  }

  /**
   * A page of what a query finds. Pages are the server's where it can look for all and sort so; otherwise all that may be meant is fetched,
   * and looked through here.
   */
  async #search<T>(
    entity: SearchEntity,
    { filter = [], orderBy = [], limit = PAGE, pageToken }: SearchQuery,
    rest: Parameters<typeof compileOrder>[2],
    valuesOf: (item: T) => FieldValues,
    fetch: (request: Request) => Promise<Fetched<T>>,
  ): Promise<Page<T>> {
    const { text, whole } = compileFilter(entity, filter);
    const order_by = compileOrder(entity, orderBy, rest);
    const matching = (items: readonly T[]) => items.filter((item) => matchesFilter(filter, valuesOf(item)));
    const request = { ...(text === "" ? {} : { filter: text }), order_by: order_by ?? compileOrder(entity, [], rest)! };
    if (whole && order_by !== undefined) {
      const token = pageToken === undefined ? {} : { page_token: pageToken };
      const { items, next_page_token } = await fetch({ ...request, ...token, max_results: Math.min(limit, MANY) });
      return { items: matching(items), ...(next_page_token === "" ? {} : { nextPageToken: next_page_token }) };
    }
    const all: T[] = [];
    for (let page_token = ""; ;) {
      const { items, next_page_token } = await fetch({
        ...request,
        max_results: MANY,
        ...(page_token === "" ? {} : { page_token }),
      });
      all.push(...matching(items));
      page_token = next_page_token;
      if (page_token === "") break;
    }
    const sorted = order_by === undefined ? all.sort(byOrder(orderBy, valuesOf)) : all;
    return pageOf(sorted, { limit, ...(pageToken === undefined ? {} : { pageToken }) });
  }
}

interface Request {
  readonly filter?: string;
  readonly order_by: string[];
  readonly max_results: number;
  readonly page_token?: string;
}

interface Fetched<T> {
  readonly items: readonly T[];
  readonly next_page_token: string;
}

const isReplaced = ({ tags }: ModelVersion) => tags.some(({ key }) => key === REPLACED);

const attribute = (key: string, value: string): SearchClause => ({
  field: { kind: "attribute", key },
  comparator: "=",
  value,
});

const created = (comparator: "<" | ">", at: Date): SearchClause => ({
  field: { kind: "attribute", key: "creation_timestamp" },
  comparator,
  value: at.getTime(),
});

function tagClauses(tags: Readonly<Record<string, string>>): SearchClause[] {
  return Object.entries(tags).map(([key, value]) => ({ field: { kind: "tag", key }, comparator: "=", value }));
}

import { itemsOf, pageOf, type Page } from "../common.ts";
import type {
  ModelRegistry,
  ModelVersionQuery,
  ModelVersionStage,
  RegistryModelVersion,
  StageChange,
} from "../model-registry.ts";
import { byOrder, matchesFilter } from "../../search/evaluate.ts";
import type { SearchField } from "../../search/filter.ts";
import { versionValues } from "../../search/records.ts";
import { override } from "../override.ts";
import { stateAfter } from "../registry-state.ts";
import { refuseUnexpectedHolder, refuseUnexpectedStage } from "../stage-expectations.ts";
import type { ChangeBook, NewChange } from "./change-book.ts";

/** A registry that knows no stages, with them: a version is in the stage that its history says. */
export function emulatedStages(registry: ModelRegistry, book: ChangeBook): ModelRegistry {
  const stages = new Stages(registry, book);
  const staged = async (version: Promise<RegistryModelVersion>) => stages.on(await version);
  return override(registry, {
    registerModelVersion: (...request) => staged(registry.registerModelVersion(...request)),
    updateModelVersion: (...request) => staged(registry.updateModelVersion(...request)),
    restoreModelVersion: (...request) => staged(registry.restoreModelVersion(...request)),
    getModelVersion: (...request) => staged(registry.getModelVersion(...request)),
    getModelVersionByAlias: (...request) => staged(registry.getModelVersionByAlias(...request)),
    // The registry cannot know which are the newest in a stage.
    listModels: async (query) => {
      const { items, ...page } = await registry.listModels(query);
      return { ...page, items: items.map(({ latestVersions: _, ...model }) => model) };
    },
    listModelVersions: (query) => stages.list(query),
    getLatestModelVersion: async (model, stage) =>
      (await stages.list({ model, limit: 1, ...(stage === undefined ? {} : { stage }) })).items[0],
    setStage: async (model, version, stage, by) => {
      await registry.getModelVersion(model, version);
      await book.add(model, by, () => stages.changes(model, version, stage, by));
      return staged(registry.getModelVersion(model, version));
    },
    leaveStage: async (model, version, stage, by) => {
      await registry.getModelVersion(model, version);
      await book.add(model, by, async () => {
        const from = await stages.of(model, version);
        return from === "None" || from !== stage ? [] : [{ kind: "stage", version, from, to: "None" }];
      });
      return staged(registry.getModelVersion(model, version));
    },
  });
}

/** Of versions of the registry those that are looked for, with their stages. */
type Find = (versions: readonly RegistryModelVersion[]) => Promise<RegistryModelVersion[]>;

class Stages {
  readonly #registry: ModelRegistry;
  readonly #book: ChangeBook;

  constructor(registry: ModelRegistry, book: ChangeBook) {
    this.#registry = registry;
    this.#book = book;
  }

  async of(model: string, version: string): Promise<ModelVersionStage> {
    return (await this.#ofModel(model)).get(version) ?? "None";
  }

  async on(version: RegistryModelVersion): Promise<RegistryModelVersion> {
    return withStage(version, await this.of(version.model, version.version));
  }

  /** Pages of what the registry lists, without those whose stage is not asked for. */
  async list({ stage, filter = [], ...query }: ModelVersionQuery = {}): Promise<Page<RegistryModelVersion>> {
    const asked = { ...query, filter: filter.filter(({ field }) => !isStage(field)) };
    const ofStage = filter.filter(({ field }) => isStage(field));
    const staged = this.#atOneMoment();
    const find: Find = async (versions) =>
      (await staged(versions)).filter(
        (version) => (stage === undefined || version.stage === stage) && matchesFilter(ofStage, versionValues(version)),
      );
    return query.orderBy?.some(({ field }) => isStage(field)) === true
      ? this.#sorted(asked, find)
      : this.#paged(asked, find);
  }

  async #paged(query: ModelVersionQuery, find: Find): Promise<Page<RegistryModelVersion>> {
    const { limit = 100 } = query;
    const items: RegistryModelVersion[] = [];
    let { pageToken } = query;
    do {
      // As many as are still wanted, so that the next page begins right after the last of them.
      const page = await this.#registry.listModelVersions({
        ...query,
        limit: limit - items.length,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      items.push(...(await find(page.items)));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && items.length < limit);
    return { items, ...(pageToken === undefined ? {} : { nextPageToken: pageToken }) };
  }

  /** By stage too, which the registry cannot: all are looked at for every page. */
  async #sorted(
    { orderBy = [], limit, pageToken, ...query }: ModelVersionQuery,
    find: Find,
  ): Promise<Page<RegistryModelVersion>> {
    const listed = await Array.fromAsync(itemsOf((page) => this.#registry.listModelVersions({ ...query, ...page })));
    const versions = (await find(listed)).sort(byOrder(orderBy, versionValues));
    return pageOf(versions, {
      ...(limit === undefined ? {} : { limit }),
      ...(pageToken === undefined ? {} : { pageToken }),
    });
  }

  /**
   * Puts stages on versions, those of a model as they were when it was first met: read again for each page, a stage that moves from an older
   * version to a newer one meanwhile would seem to be nobody's.
   */
  #atOneMoment(): Find {
    const models = new Map<string, ReadonlyMap<string, ModelVersionStage>>();
    return async (versions) => {
      for (const { model } of versions) if (!models.has(model)) models.set(model, await this.#ofModel(model));
      return versions.map((version) => withStage(version, models.get(version.model)!.get(version.version) ?? "None"));
    };
  }

  /** What moving a version changes. @throws StackError EXPECTATION_FAILED */
  async changes(model: string, version: string, to: ModelVersionStage, by: StageChange): Promise<NewChange[]> {
    const there = await Array.fromAsync(itemsOf((page) => this.list({ model, stage: to, ...page })));
    const from = await this.of(model, version);
    refuseUnexpectedStage(model, version, from === "None" ? [] : [from], by);
    refuseUnexpectedHolder(model, to, there[0]?.version, by);
    const others = by.archivePrevious === true ? there.filter((other) => other.version !== version) : [];
    return [
      ...others.map((other) => ({ kind: "stage", version: other.version, from: to, to: "Archived" }) as const),
      ...(from === to ? [] : [{ kind: "stage", version, from, to } as const]),
    ];
  }

  async #ofModel(model: string): Promise<ReadonlyMap<string, ModelVersionStage>> {
    const { versions } = stateAfter(await this.#book.of(model), { deleted: true });
    return new Map(versions.map(({ version, stage }) => [version, stage]));
  }
}

function withStage(version: RegistryModelVersion, stage: ModelVersionStage): RegistryModelVersion {
  return { ...version, stage, stages: stage === "None" ? [] : [stage] };
}

function isStage({ kind, key }: SearchField): boolean {
  return kind === "attribute" && key === "stage";
}

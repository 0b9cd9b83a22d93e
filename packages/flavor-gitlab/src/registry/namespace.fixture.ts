import {
  byOrder,
  itemsOf,
  matchesFilter,
  modelValues,
  pageOf,
  versionValues,
  type FieldValues,
  type ModelRegistry,
  type Page,
  type ProvidedModelRegistry,
  type SearchQuery,
} from "@modelstack/core/stack";
import type { GitLabModelRegistry } from "./model-registry.ts";

/** Of methods whose first argument is no name of a model. */
type Whole = "registerModel" | "registerModelVersion" | "listModels" | "listModelVersions";

/**
 * A registry as if the models whose names begin with a prefix were all of it, and the prefix were not there: what expects an empty registry can
 * then be tried on one that others use.
 */
export function inNamespace(registry: GitLabModelRegistry, prefix: string): ProvidedModelRegistry {
  const whole: Pick<ModelRegistry, Whole> = {
    registerModel: async (request, by) =>
      bare(await registry.registerModel({ ...request, name: prefix + request.name }, by)),
    registerModelVersion: async (request, by, transfer) =>
      bare(await registry.registerModelVersion({ ...request, model: prefix + request.model }, by, transfer)),
    listModels: async ({ name, tags = {}, ...query } = {}) => {
      const named = name === undefined ? {} : { name: prefix + name };
      const all = await Array.fromAsync(itemsOf((page) => registry.listModels({ ...named, tags, ...page })));
      const own = all.filter((model) => model.name.startsWith(prefix));
      return searched(own.map(bare), query, modelValues);
    },
    listModelVersions: async ({ model, filter, orderBy, limit, pageToken, ...rest } = {}) => {
      const query = { ...rest, ...(model === undefined ? {} : { model: prefix + model }) };
      const all = await Array.fromAsync(itemsOf((page) => registry.listModelVersions({ ...query, ...page })));
      const own = all.filter((version) => version.model.startsWith(prefix));
      return searched(own.map(bare), defined({ filter, orderBy, limit, pageToken }), versionValues);
    },
  };
  const bare = <T>(value: T): T => without(value, prefix) as T;
  return new Proxy(registry, {
    get: (target, key) => {
      if (key in whole) return whole[key as Whole];
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return async (name: string, ...rest: readonly unknown[]) =>
        bare(await (value.call(target, prefix + name, ...rest) as Promise<unknown>));
    },
  });
}

/** Something without the prefix in the names that it holds. */
function without(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => without(item, prefix));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const names = new Set(["name", "model", "to", "items", "latestVersions"]);
  return Object.fromEntries(
    Object.entries(value).map(([key, held]: [string, unknown]) => {
      if (!names.has(key)) return [key, held];
      if (typeof held === "string") return [key, held.startsWith(prefix) ? held.slice(prefix.length) : held];
      return [key, without(held, prefix)];
    }),
  );
}

function searched<T>(
  items: readonly T[],
  { filter = [], orderBy = [], ...page }: SearchQuery,
  valuesOf: (item: T) => FieldValues,
): Page<T> {
  return pageOf(items.filter((item) => matchesFilter(filter, valuesOf(item))).sort(byOrder(orderBy, valuesOf)), page);
}

const defined = (query: { readonly [K in keyof SearchQuery]: SearchQuery[K] | undefined }) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as SearchQuery;

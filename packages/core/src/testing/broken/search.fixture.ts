import type { SearchQuery } from "../../components/common.ts";
import type { ExperimentTracker } from "../../components/experiment-tracker.ts";
import type { ModelRegistry } from "../../components/model-registry.ts";
import { byOrder } from "../../search/evaluate.ts";
import type { SearchClause } from "../../search/filter.ts";
import { runValues } from "../../search/records.ts";
import type { Mutation } from "./mutation.fixture.ts";

/** What is asked for instead. */
type Change = (query: SearchQuery) => SearchQuery;

const runs =
  (change: Change) =>
  (tracker: ExperimentTracker): Partial<ExperimentTracker> => ({
    listRuns: (query = {}) => tracker.listRuns({ ...query, ...change(query) }),
  });
const experiments =
  (change: Change) =>
  (tracker: ExperimentTracker): Partial<ExperimentTracker> => ({
    listExperiments: (query = {}) => tracker.listExperiments({ ...query, ...change(query) }),
  });
const models =
  (change: Change) =>
  (registry: ModelRegistry): Partial<ModelRegistry> => ({
    listModels: (query = {}) => registry.listModels({ ...query, ...change(query) }),
  });
const versions =
  (change: Change) =>
  (registry: ModelRegistry): Partial<ModelRegistry> => ({
    listModelVersions: (query = {}) => registry.listModelVersions({ ...query, ...change(query) }),
  });

/** Leaves out the clauses that fit. */
const without =
  (fits: (clause: SearchClause) => boolean): Change =>
  ({ filter = [] }) => ({ filter: filter.filter((clause) => !fits(clause)) });

/** Has other clauses. */
const instead =
  (change: (clause: SearchClause) => SearchClause): Change =>
  ({ filter = [] }) => ({ filter: filter.map(change) });

const unsorted: Change = () => ({ orderBy: [] });

/** What is said of searching runs and experiments. */
export const trackerSearchMutations: readonly Mutation<ExperimentTracker>[] = [
  {
    rule: "a filter of runs is not ignored",
    failing: "finds runs by the last value of a metric",
    breakIt: runs(without(() => true)),
  },
  {
    rule: "texts are equal in the same case alone",
    failing: "finds runs by params and tags, as they are written",
    breakIt: runs(
      instead((clause) =>
        clause.comparator === "=" && typeof clause.value === "string"
          ? { field: clause.field, comparator: "ILIKE", value: clause.value }
          : clause,
      ),
    ),
  },
  {
    rule: "what is missing is not unequal either",
    failing: "finds by no comparison what is missing",
    breakIt: runs(without(({ comparator }) => comparator === "!=")),
  },
  {
    rule: "an empty text is there",
    failing: "finds runs that have a param or tag, and those that have not",
    breakIt: runs(
      instead((clause) =>
        clause.comparator === "IS NOT NULL" ? { field: clause.field, comparator: "!=", value: "" } : clause,
      ),
    ),
  },
  {
    rule: "ILIKE is not LIKE",
    failing: "finds runs by patterns, with LIKE in the same case and with ILIKE in any",
    breakIt: runs(
      instead((clause) => (clause.comparator === "LIKE" ? { ...clause, comparator: "ILIKE" as const } : clause)),
    ),
  },
  {
    rule: "a run that has not ended has no end",
    failing: "finds runs by their attributes",
    breakIt: runs(without(({ field }) => field.key === "end_time")),
  },
  {
    rule: "each clause about data is about some of it",
    failing: "finds runs by the data that went in, of which one has to fit",
    breakIt: runs(without(({ field, comparator }) => field.kind === "dataset" && comparator === "!=")),
  },
  {
    rule: "a key may be any text",
    failing: "takes what stands in a filter for text alone",
    breakIt: runs(without(({ field }) => field.key === "it's")),
  },
  {
    rule: "a filter leaves the rest of a query as it is",
    failing: "finds runs of an experiment by a filter",
    breakIt: (tracker) => ({
      listRuns: ({ experiment, filter, ...query } = {}) =>
        tracker.listRuns({ ...query, ...(filter ? { filter } : experiment ? { experiment } : {}) }),
    }),
  },
  {
    rule: "an order of runs is not ignored",
    failing: "sorts runs by a metric, those without it last",
    breakIt: runs(unsorted),
  },
  {
    rule: "the other direction is not the list backwards",
    failing: "finds NaN by != alone, and sorts it after all numbers",
    breakIt: (tracker) => ({
      listRuns: async ({ orderBy = [], ...query } = {}) => {
        const turned = orderBy.map((term) => ({ ...term, descending: false }));
        const { items, ...page } = await tracker.listRuns({ ...query, orderBy: turned });
        return { ...page, items: orderBy[0]?.descending === true ? items.toReversed() : items };
      },
    }),
  },
  {
    rule: "every field of an order counts",
    failing: "sorts runs by texts and times, and by several fields",
    breakIt: runs(({ orderBy = [] }) => ({ orderBy: orderBy.slice(0, 1) })),
  },
  {
    rule: "an order is of the whole list, not of its pages",
    failing: "gives pages of what is found in its order",
    breakIt: (tracker) => ({
      listRuns: async ({ orderBy = [], ...query } = {}) => {
        const { items, ...page } = await tracker.listRuns(query);
        return { ...page, items: items.toSorted(byOrder(orderBy, runValues)) };
      },
    }),
  },
  {
    rule: "a filter of experiments is not ignored",
    failing: "finds and sorts experiments",
    breakIt: experiments(without(() => true)),
  },
  {
    rule: "an order of experiments is not ignored",
    failing: "finds and sorts experiments",
    breakIt: experiments(unsorted),
  },
];

/** What is said of searching models and versions. */
export const registrySearchMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "a filter of models is not ignored",
    failing: "finds models by name and tags",
    breakIt: models(without(() => true)),
  },
  {
    rule: "a model that does not say so is no prompt",
    failing: "takes models for no prompts unless they say so",
    breakIt: models(
      instead((clause) =>
        clause.comparator === "!=" && typeof clause.value === "string"
          ? { field: clause.field, comparator: "NOT IN", value: [clause.value, "false"] }
          : clause,
      ),
    ),
  },
  {
    rule: "an order of models is not ignored",
    failing: "sorts models, in pages",
    breakIt: models(unsorted),
  },
  {
    rule: "a filter of versions is not ignored",
    failing: "finds versions by model, tracked run, tags, params and metrics",
    breakIt: versions(without(({ field }) => field.kind === "metric")),
  },
  {
    rule: "stages are asked for in any case",
    failing: "finds versions by their stage, in any case",
    breakIt: versions(
      instead((clause) =>
        clause.comparator === "=" && typeof clause.value === "string"
          ? { field: clause.field, comparator: "=", value: clause.value.toLowerCase() }
          : clause,
      ),
    ),
  },
  {
    rule: "an order of versions is not ignored",
    failing: "sorts versions by a metric, those without it last, and in pages",
    breakIt: versions(unsorted),
  },
  {
    rule: "a version's number is compared as one",
    failing: "finds and sorts versions by their number",
    breakIt: versions(without(({ field }) => field.key === "version_number")),
  },
];

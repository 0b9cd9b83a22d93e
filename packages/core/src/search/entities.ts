import type { Comparator, FieldKind, SearchEntity } from "./filter.ts";

/** How a field may be compared, and with what. */
export interface FieldRule {
  readonly type: "text" | "number";
  readonly comparators: readonly Comparator[];
  /** Compared in upper case. */
  readonly anyCase?: true;
}

/** What a search of one entity may speak of. */
export interface EntityRules {
  readonly attributes: Readonly<Record<string, FieldRule>>;
  /** Other names of attributes. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly keyed: Partial<Readonly<Record<Exclude<FieldKind, "attribute">, FieldRule>>>;
  /** What can be sorted by, beside attributes. */
  readonly sorted: readonly FieldKind[];
}

const number: FieldRule = { type: "number", comparators: ["=", "!=", "<", "<=", ">", ">="] };
const text: FieldRule = { type: "text", comparators: ["=", "!=", "LIKE", "ILIKE"] };
const listed: FieldRule = { type: "text", comparators: [...text.comparators, "IN", "NOT IN"] };
const optional: FieldRule = { type: "text", comparators: [...text.comparators, "IS NULL", "IS NOT NULL"] };
const id: FieldRule = { type: "text", comparators: ["=", "!=", "IN", "NOT IN"] };
const onlySorted: FieldRule = { type: "number", comparators: [] };
const word: FieldRule = { ...text, anyCase: true };

/** https://mlflow.org/docs/latest/search-runs/ and its neighbours, as MLflow 3 carries them out. `stage`, `params` and `metrics` of versions are ours. */
export const entities: Readonly<Record<SearchEntity, EntityRules>> = {
  run: {
    attributes: {
      run_id: listed,
      run_name: text,
      status: word,
      user_id: text,
      artifact_uri: text,
      start_time: number,
      end_time: number,
    },
    aliases: {
      created: "start_time",
      Created: "start_time",
      "run name": "run_name",
      "Run name": "run_name",
      "Run Name": "run_name",
    },
    keyed: { metric: number, param: optional, tag: optional, dataset: listed },
    sorted: ["metric", "param", "tag"],
  },
  experiment: {
    attributes: { experiment_id: id, name: text, creation_time: number, last_update_time: number },
    keyed: { tag: optional },
    sorted: [],
  },
  model: {
    attributes: { name: listed, creation_timestamp: onlySorted, last_updated_timestamp: onlySorted },
    aliases: { timestamp: "last_updated_timestamp" },
    keyed: { tag: text },
    sorted: [],
  },
  "model version": {
    attributes: {
      name: listed,
      version_number: number,
      run_id: listed,
      source_path: text,
      stage: word,
      creation_timestamp: onlySorted,
      last_updated_timestamp: onlySorted,
    },
    keyed: { tag: text, param: optional, metric: number },
    sorted: ["metric", "param", "tag"],
  },
};

export const datasetKeys = ["name", "digest", "context"];

/** What may stand before a key, and which kind of field it means. */
export const prefixes: Readonly<Record<string, FieldKind>> = {
  metrics: "metric",
  metric: "metric",
  params: "param",
  param: "param",
  parameters: "param",
  parameter: "param",
  tags: "tag",
  tag: "tag",
  attributes: "attribute",
  attribute: "attribute",
  attr: "attribute",
  run: "attribute",
  datasets: "dataset",
  dataset: "dataset",
};

import type { Experiment, RunInput, TrackedRun } from "../components/experiment-tracker.ts";
import type { RegisteredModel, RegistryModelVersion } from "../components/model-registry.ts";
import type { FieldValues } from "./evaluate.ts";

type Values = readonly (string | number)[];

/** What a search of runs sees in one. */
export function runValues(run: TrackedRun): FieldValues {
  return ({ kind, key }) => {
    switch (kind) {
      case "metric":
        return own(run.metrics, key).map(({ value }) => value);
      case "param":
        return own(run.params, key);
      case "tag":
        return own(run.tags, key);
      case "dataset":
        return run.inputs.flatMap((input) => datasetValue(input, key));
      case "attribute":
        return own(runAttributes(run), key).flat();
    }
  };
}

function runAttributes({ id, name, status, startedAt, endedAt, tags }: TrackedRun): Record<string, Values> {
  return {
    run_id: [id],
    run_name: [name],
    status: [status.toUpperCase()],
    user_id: [...own(tags, "mlflow.user"), ...own(tags, "modelstack.user")].slice(0, 1),
    artifact_uri: [],
    start_time: [startedAt.getTime()],
    end_time: endedAt === undefined ? [] : [endedAt.getTime()],
  };
}

function datasetValue({ name, digest, context }: RunInput, key: string): Values {
  const value = key === "name" ? name : key === "digest" ? digest : context;
  return value === undefined ? [] : [value];
}

/** What a search of experiments sees in one. */
export function experimentValues({ id, name, tags, createdAt }: Experiment): FieldValues {
  const at = createdAt === undefined ? [] : [createdAt.getTime()];
  const attributes = { experiment_id: [id], name: [name], creation_time: at, last_update_time: at };
  return ({ kind, key }) => (kind === "tag" ? own(tags, key) : kind === "attribute" ? own(attributes, key).flat() : []);
}

/** What a search of models sees in one. */
export function modelValues({ name, tags, createdAt, updatedAt }: RegisteredModel): FieldValues {
  const attributes = {
    name: [name],
    creation_timestamp: [createdAt.getTime()],
    last_updated_timestamp: [updatedAt.getTime()],
  };
  return ({ kind, key }) =>
    kind === "tag" ? modelTag(tags, key) : kind === "attribute" ? own<Values>(attributes, key).flat() : [];
}

/** What a search of model versions sees in one. */
export function versionValues(version: RegistryModelVersion): FieldValues {
  return ({ kind, key }) => {
    switch (kind) {
      case "metric":
        return own(version.metrics, key);
      case "param":
        return own(version.params, key);
      case "tag":
        return modelTag(version.tags, key);
      case "dataset":
        return [];
      case "attribute":
        return own(versionAttributes(version), key).flat();
    }
  };
}

function versionAttributes(version: RegistryModelVersion): Record<string, Values> {
  return {
    name: [version.model],
    version_number: /^\d+$/.test(version.version) ? [Number(version.version)] : [],
    run_id: version.trackedRunId === undefined ? [] : [version.trackedRunId],
    source_path: [version.source],
    stage: version.stages.length === 0 ? ["NONE"] : version.stages.map((stage) => stage.toUpperCase()),
    creation_timestamp: [version.createdAt.getTime()],
    last_updated_timestamp: [version.updatedAt.getTime()],
  };
}

/** MLflow's client asks with every search for models that are no prompts, which are those that do not say so. */
function modelTag(tags: Readonly<Record<string, string>>, key: string): readonly string[] {
  const value = own(tags, key);
  return value.length === 0 && key === "mlflow.prompt.is_prompt" ? ["false"] : value;
}

function own<T>(record: Readonly<Record<string, T>>, key: string): readonly T[] {
  return Object.hasOwn(record, key) ? [record[key]!] : [];
}

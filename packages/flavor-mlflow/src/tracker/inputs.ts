import { createHash } from "node:crypto";
import type { RunInput } from "@modelstack/core/stack";
import type { KeyValue, Run, RequestOf } from "@modelstack/mlflow-client";
import type { runs } from "@modelstack/mlflow-client/protocol";

type DatasetInput = NonNullable<RequestOf<typeof runs.logInputs>["datasets"]>[number];

const CONTEXT = "mlflow.data.context";
const VERSION = "modelstack.version";
const DIGEST = "modelstack.digest";
const SOURCE = "modelstack.source";

/** What the value of an input's tag may have. */
const TAG_LIMIT = 500;

/** MLflow keeps no more of a dataset's digest, and cannot do without one. */
const DIGEST_LIMIT = 36;

/** Data that went in, as MLflow's dataset input. What MLflow has no place for is in tags of the input. */
export function datasetOf({ name, version, source, digest, context }: RunInput): DatasetInput {
  const fits = digest !== undefined && digest !== "" && digest.length <= DIGEST_LIMIT;
  const tags: KeyValue[] = [
    ...(context === undefined ? [] : [{ key: CONTEXT, value: context }]),
    ...(version === undefined ? [] : [{ key: VERSION, value: version }]),
    // MLflow 2 takes the source of another experiment's dataset that has the same name and digest.
    ...(source === undefined || source.length > TAG_LIMIT ? [] : [{ key: SOURCE, value: source }]),
    ...(fits ? [] : [{ key: DIGEST, value: digest ?? "none" }]),
  ];
  const identity = digest ?? JSON.stringify([version, source]);
  return {
    tags,
    dataset: { name, digest: fits ? digest : hexDigest(identity), ...sourceOf(source) },
  };
}

/** The beginning of the digits of a longer digest, or of what stands for one. */
function hexDigest(text: string): string {
  return /[0-9a-f]{32,}/.exec(text)?.[0].slice(0, 32) ?? createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** As MLflow's own sources write themselves. */
function sourceOf(source: string | undefined): { source_type: string; source: string } {
  if (source === undefined) return { source_type: "code", source: JSON.stringify({ tags: {} }) };
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(source)?.[1]?.toLowerCase();
  if (scheme === "http" || scheme === "https") return { source_type: "http", source: JSON.stringify({ url: source }) };
  return { source_type: scheme ?? "local", source: JSON.stringify({ uri: source }) };
}

/** The data that went into a run, whoever logged it. */
export function inputsOf(run: Run): RunInput[] {
  return run.inputs.dataset_inputs.map(({ tags, dataset }) => {
    const tag = (key: string) => tags.find((one) => one.key === key)?.value;
    const [context, version, whole] = [tag(CONTEXT), tag(VERSION), tag(DIGEST)];
    const source = tag(SOURCE) ?? sourceText(dataset.source);
    const digest = whole === "none" ? undefined : (whole ?? dataset.digest);
    return {
      name: dataset.name,
      ...(version === undefined ? {} : { version }),
      ...(source === undefined ? {} : { source }),
      ...(digest === undefined ? {} : { digest }),
      ...(context === undefined ? {} : { context }),
    };
  });
}

function sourceText(source: string): string | undefined {
  let read: unknown;
  try {
    read = JSON.parse(source);
  } catch {
    return source;
  }
  if (typeof read !== "object" || read === null) return source;
  const { uri, url } = read as { uri?: unknown; url?: unknown };
  const address = uri ?? url;
  return typeof address === "string" ? address : undefined;
}

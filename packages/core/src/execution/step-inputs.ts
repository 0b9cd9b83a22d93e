import { z } from "zod";
import type { ArtifactIo } from "../artifacts/artifact-io.ts";
import type { AnyArtifactType } from "../artifacts/artifact-type.ts";
import { artifact } from "../artifacts/types.ts";
import { itemsOf } from "../components/common.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { InputRecord, OutputRecord } from "../components/records.ts";
import { StackError } from "../errors.ts";
import { encodeJson } from "../json.ts";
import type { InputRef, ItemRef, PlanInstance } from "../pipeline/plan.ts";
import type { AttemptModels } from "./run-models.ts";
import { filesIn } from "../pipeline/standalone-context.ts";
import type { StepCode } from "../pipeline/step.ts";
import type { InputType } from "../pipeline/types.ts";

/** Whose inputs are loaded, and where files and folders among them are put. */
interface Receiver {
  readonly id: string;
  readonly instance: PlanInstance;
  readonly folder: () => string;
  readonly models: AttemptModels;
}

/** Turns the references of a plan into the values that bodies receive. */
export class StepInputs {
  readonly #run: string;
  readonly #metadata: MetadataStore;
  readonly #artifacts: ArtifactIo;
  /** By `instance.output`: what need not be asked for again. */
  readonly #known = new Map<string, OutputRecord>();

  constructor(run: string, metadata: MetadataStore, artifacts: ArtifactIo) {
    this.#run = run;
    this.#metadata = metadata;
    this.#artifacts = artifacts;
  }

  /** Takes note of an output that was just committed. */
  remember(output: OutputRecord): void {
    this.#known.set(`${output.instance}.${output.name}`, output);
  }

  /**
   * The values of an instance's inputs; what was received is added to `records` as it is loaded.
   *
   * @throws StackError INPUT_NOT_READY, ARTIFACT_NOT_FOUND, DIGEST_MISMATCH, ARTIFACT_INVALID; of a model as loadModel()
   */
  async load(code: StepCode, receiver: Receiver, records: InputRecord[]): Promise<Record<string, unknown>> {
    const values: [string, unknown][] = [];
    for (const [name, type] of Object.entries(code.inputs)) {
      const ref = receiver.instance.inputs[name];
      values.push([name, ref === undefined ? undefined : await this.#input(receiver, name, type, ref, records)]);
    }
    return Object.fromEntries(values);
  }

  async #input(
    receiver: Receiver,
    name: string,
    type: InputType,
    ref: InputRef,
    records: InputRecord[],
  ): Promise<unknown> {
    const inner = type.form === "optional" ? (type.of as InputType) : type;
    const load = async (artifactType: AnyArtifactType, item: ItemRef) => {
      if (item.kind === "model") return receiver.models.load(item.uri, name);
      const { instance, output } = item;
      const record = await this.#output(instance, output);
      records.push({ attempt: receiver.id, name, digest: record.digest, from: { run: record.run, instance, output } });
      const { folder } = filesIn(receiver.folder);
      const place = () => folder(`${records.length}-${name}`).folder;
      return this.#artifacts.load(artifactType, record.digest, place, record.fileName);
    };
    if (inner.form === "list" || inner.form === "record") {
      const of = inner.of as AnyArtifactType;
      if (ref.kind === "output") return itemsOfJson(of, await load(rawJson, ref));
      if (ref.kind === "model") throw new StackError("PLAN_INVALID", `The input ${name} takes several models.`);
      const entries: [string, unknown][] = [];
      for (const [key, item] of Object.entries(ref.items)) entries.push([key, await load(of, item)]);
      return inner.form === "list" ? entries.map(([, value]) => value) : Object.fromEntries(entries);
    }
    if (ref.kind === "list" || ref.kind === "record") {
      throw new StackError("PLAN_INVALID", `The input ${name} takes one handle, the plan has several.`);
    }
    return load(inner as AnyArtifactType, ref);
  }

  async #output(instance: string, name: string): Promise<OutputRecord> {
    const key = `${instance}.${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    for await (const output of itemsOf((page) => this.#metadata.outputs({ run: this.#run, instance, ...page }))) {
      this.remember(output);
    }
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    throw new StackError(
      "INPUT_NOT_READY",
      `The output ${key} is not there yet: ${instance} has not succeeded in run ${this.#run}.`,
      { hint: `Run it first: stack step run ${this.#run} ${instance}` },
    );
  }
}

/** Any JSON value as it is: what a single handle passed to a list input holds. */
const rawJson = artifact.json(z.json());

async function itemsOfJson(type: AnyArtifactType, value: unknown): Promise<unknown[]> {
  if (!Array.isArray(value)) {
    throw new StackError("ARTIFACT_INVALID", "A list input received a handle whose value is not a list.");
  }
  const items: unknown[] = [];
  for (const item of value) items.push(await type.unpack({ form: "bytes", bytes: Buffer.from(encodeJson(item)) }));
  return items;
}

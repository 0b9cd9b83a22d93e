import type { AnyArtifactType } from "../artifacts/artifact-type.ts";
import { issuesOf } from "../artifacts/json-type.ts";
import { MODEL_KIND } from "../artifacts/model.ts";
import { parseModelUri } from "../components/model-uri.ts";
import { isStackError, StackError } from "../errors.ts";
import type { Json } from "../json.ts";
import { checkIdentifier } from "../names.ts";
import { storedParams } from "./params.ts";
import { didYouMean, nearest } from "../suggest.ts";
import type { InputRef, ItemRef, OutputRef, PlanInstance } from "./plan.ts";
import type { StepCode } from "./step.ts";
import type { InputType } from "./types.ts";

/** What a run configuration may say about one instance. */
export interface StepSettings {
  readonly params?: Readonly<Record<string, Json>>;
  readonly track?: "run" | "own";
}

const HANDLE = Symbol.for("@modelstack/handle");
interface HandleRecord {
  readonly builder: PlanBuilder;
  readonly instance: string;
  readonly output: string;
  readonly kind: string;
}

let current: PlanBuilder | undefined;

/** The builder of the pipeline function that is being called right now, if any. */
export function currentBuilder(): PlanBuilder | undefined {
  return current;
}

/** Collects the instances that a pipeline function places. */
export class PlanBuilder {
  readonly #pipeline: string;
  readonly #settings: Readonly<Record<string, StepSettings>>;
  readonly #definitions = new Map<string, StepCode>();
  readonly #instances = new Map<string, { readonly planned: PlanInstance; readonly code: StepCode }>();

  constructor(pipeline: string, settings: Readonly<Record<string, StepSettings>> = {}) {
    this.#pipeline = pipeline;
    this.#settings = settings;
  }

  /** Calls `describe` so that the steps called in it are placed here. */
  record<R>(describe: () => R): R {
    const outer = current;
    // oxlint-disable-next-line typescript/no-this-alias -- the builder that steps find while `describe` runs
    current = this;
    try {
      return describe();
    } finally {
      current = outer;
    }
  }

  place(code: StepCode, name: string, args: Record<string, unknown>): Record<string, object> {
    const known = this.#definitions.get(code.name);
    if (known !== undefined && known !== code) {
      throw this.#invalid(`has two different steps named "${code.name}"`, "Give one of them another name.");
    }
    if (this.#instances.has(name)) {
      throw this.#invalid(`uses the name "${name}" twice`, `Name the second one: ${code.name}.named("${name}-2")(…).`);
    }
    this.#definitions.set(code.name, code);
    const settings = Object.hasOwn(this.#settings, name) ? this.#settings[name] : undefined;
    const params = this.#params(code, name, args, settings);
    const planned: PlanInstance = {
      name,
      step: code.name,
      inputs: this.#inputs(code, name, args),
      params: params.stored,
      outputs: Object.fromEntries(
        Object.entries(code.outputs).map(([output, type]) => [
          output,
          type.name === undefined
            ? { kind: type.kind }
            : { kind: type.kind, name: checkIdentifier("The artifact name", type.name) },
        ]),
      ),
      track: settings?.track ?? code.track,
      hints: code.hints(params.parsed),
    };
    this.#instances.set(name, { planned, code });
    return Object.fromEntries(
      Object.entries(code.outputs).map(([output, type]) => [output, this.#handle(name, output, type.kind)]),
    );
  }

  /** The address behind a handle of this pipeline. */
  refOf(value: unknown, place: string): OutputRef {
    const handle = handleOf(value);
    if (handle === undefined) {
      throw this.#invalid(`expects the output of a step for ${place}`, "Pass what another step's call returned.");
    }
    if (handle.builder !== this) {
      throw this.#invalid(
        `got an output of another pipeline, ${handle.instance}.${handle.output}, for ${place}`,
        "Call the step in this pipeline's own function: outputs are not shared between pipelines.",
      );
    }
    return { kind: "output", instance: handle.instance, output: handle.output };
  }

  finish(): { instances: PlanInstance[]; steps: ReadonlyMap<string, StepCode> } {
    for (const name of Object.keys(this.#settings)) {
      if (!this.#instances.has(name)) {
        const [near] = nearest(name, this.#instances.keys());
        throw new StackError(
          "RUN_CONFIG_INVALID",
          `The run configuration has settings for "${name}", but pipeline ${this.#pipeline} has no such instance.`,
          {
            hint: `${near === undefined ? "" : `Did you mean "${near}"? `}It has: ${[...this.#instances.keys()].join(", ")}.`,
          },
        );
      }
    }
    const placed = [...this.#instances.values()];
    return {
      instances: placed.map(({ planned }) => planned),
      steps: new Map(placed.map(({ planned, code }) => [planned.name, code])),
    };
  }

  #handle(instance: string, output: string, kind: string): object {
    const record: HandleRecord = { builder: this, instance, output, kind };
    return Object.freeze({ ref: `${instance}.${output}`, [HANDLE]: record });
  }

  #inputs(code: StepCode, name: string, args: Record<string, unknown>): Record<string, InputRef> {
    const inputs: [string, InputRef][] = [];
    for (const [input, type] of Object.entries(code.inputs)) {
      const value = Object.hasOwn(args, input) ? args[input] : undefined;
      const place = `input ${input} of ${name}`;
      if (value !== undefined) inputs.push([input, this.#input(type, value, place)]);
      else if (!("form" in type && type.form === "optional")) {
        throw this.#invalid(`leaves out ${place}`, `Pass it: ${code.name}({ ${input}: … }).`);
      }
    }
    return Object.fromEntries(inputs);
  }

  #input(type: InputType, value: unknown, place: string): InputRef {
    switch (type.form) {
      case "optional":
        return this.#input(type.of as InputType, value, place);
      case "list":
        return Array.isArray(value)
          ? { kind: "list", items: value.map((item, i) => this.#item(type.of, item, `${place}, item ${i}`)) }
          : this.#listRef(type.of, value, place);
      case "record":
        if (typeof value !== "object" || value === null || handleOf(value) !== undefined) {
          throw this.#invalid(`expects handles by name for ${place}`, "Pass an object of handles: { name: handle }.");
        }
        return {
          kind: "record",
          items: Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, this.#item(type.of, item, `${place}, entry ${key}`)]),
          ),
        };
      case "bytes":
      case "file":
      case "directory":
        return this.#item(type, value, place);
    }
  }

  #item(type: AnyArtifactType, value: unknown, place: string): ItemRef {
    if (type.kind !== MODEL_KIND || typeof value !== "string") return this.#typedRef(type, value, place);
    try {
      parseModelUri(value);
    } catch (error) {
      if (!isStackError(error)) throw error;
      throw this.#invalid(`passes as ${place} what is no model: ${error.message.replace(/\.$/, "")}`, error.hint ?? "");
    }
    return { kind: "model", uri: value };
  }

  /** A single handle whose value is a list. Only JSON has such values. */
  #listRef(item: AnyArtifactType, value: unknown, place: string): OutputRef {
    const ref = this.refOf(value, place);
    const { kind } = handleOf(value)!;
    if (kind !== "json" || item.kind !== "json") {
      throw this.#invalid(`passes one ${kind} as ${place}, which takes a list`, "Pass a list of handles: [a, b].");
    }
    return ref;
  }

  #typedRef(type: AnyArtifactType, value: unknown, place: string): OutputRef {
    const ref = this.refOf(value, place);
    const { kind } = handleOf(value)!;
    const accepted = type.accepts ?? [type.kind];
    if (!accepted.includes(kind)) {
      throw this.#invalid(
        `passes a ${kind} (${ref.instance}.${ref.output}) as ${place}, which is a ${accepted.join(" or ")}`,
        "Wire an output of that kind, or change the artifact type of one of the two.",
      );
    }
    return ref;
  }

  #params(code: StepCode, name: string, args: Record<string, unknown>, settings: StepSettings | undefined) {
    const given: Record<string, unknown> = { ...settings?.params };
    for (const [key, value] of Object.entries(args)) {
      if (Object.hasOwn(code.inputs, key) || value === undefined || Object.hasOwn(given, key)) continue;
      if (!Object.hasOwn(code.params.shape, key)) {
        throw this.#invalid(
          `passes "${key}" to ${name}, which is neither an input nor a parameter of step ${code.name}`,
          didYouMean(key, [...Object.keys(code.inputs), ...Object.keys(code.params.shape)], "It takes"),
        );
      }
      given[key] = value;
    }
    const parsed = code.params.safeParse(given);
    if (!parsed.success) {
      throw new StackError(
        "PARAM_INVALID",
        `Parameter of ${name} in pipeline ${this.#pipeline}: ${issuesOf(parsed.error)}.`,
        { hint: `Step ${code.name} takes: ${Object.keys(code.params.shape).join(", ") || "no parameters"}.` },
      );
    }
    return { stored: storedParams(code.params, given, parsed.data, `the parameters of ${name}`), parsed: parsed.data };
  }

  #invalid(what: string, hint: string): StackError {
    return new StackError("PIPELINE_INVALID", `Pipeline ${this.#pipeline} ${what}.`, { hint });
  }
}

function handleOf(value: unknown): HandleRecord | undefined {
  return typeof value === "object" && value !== null ? (value as { [HANDLE]?: HandleRecord })[HANDLE] : undefined;
}

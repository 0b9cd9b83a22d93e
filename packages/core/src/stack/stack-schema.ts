import { z } from "zod";
import { componentKinds, type ComponentKind } from "../components/kinds.ts";
import { PORTABLE } from "../names.ts";
import type { AnyFlavor } from "./flavor.ts";
import { stackFileSchema } from "./stack-file.ts";

type Schema = Record<string, unknown>;

/** What may stand in place of any text of a component's key. */
const FROM_ENVIRONMENT = { type: "string", pattern: String.raw`\$\{env:[^}]*\}` };

const kindTexts: Record<ComponentKind, string> = {
  orchestrator: "Decides when and where steps run. Default: local",
  artifact_store: "Keeps content by its sha256. Default: local",
  metadata_store: "Keeps the records of runs. Default: local",
  experiment_tracker: "Keeps parameters, metrics over steps, tags and files of runs",
  model_registry: "Keeps models and versions. Needs an experiment tracker of the same flavor",
};

/**
 * The JSON Schema (draft 7, which editors know) of a stack.yaml that may use these flavors, made from the schemas that read it. It says all
 * that can be said about the file alone; that `active` names a stack and that variables are set is left to `stack validate`.
 */
export function stackFileJsonSchema(flavors: readonly AnyFlavor[]): Schema {
  const schema = jsonSchemaOf(stackFileSchema);
  const properties = schema["properties"] as Schema;
  const stacks = properties["stacks"] as Schema;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    ...schema,
    title: "stack.yaml of modelstack",
    properties: {
      ...properties,
      stacks: {
        ...stacks,
        propertyNames: { type: "string", pattern: PORTABLE.source },
        additionalProperties: stackSchema(flavors),
      },
    },
  };
}

function stackSchema(flavors: readonly AnyFlavor[]): Schema {
  const of = (kind: ComponentKind) => flavors.filter((flavor) => flavor.kind === kind);
  const kinds = componentKinds.filter((kind) => of(kind).length > 0);
  return {
    type: "object",
    properties: Object.fromEntries(
      kinds.map((kind) => [kind, { description: kindTexts[kind], oneOf: of(kind).map(componentSchema) }]),
    ),
    additionalProperties: false,
    allOf: [true, ...of("model_registry").map(({ name }) => registryRule(name))],
  };
}

/** The keys of a component with this flavor. */
function componentSchema(flavor: AnyFlavor): Schema {
  const { properties = {}, required = [], ...rest } = jsonSchemaOf(flavor.config.strict());
  return {
    ...rest,
    description: flavor.description,
    properties: {
      flavor: { const: flavor.name, description: flavor.description },
      ...Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, orFromEnvironment(value)])),
    },
    required: ["flavor", ...(required as string[])],
  };
}

/** A registry of this flavor needs a tracker of the same. */
function registryRule(flavor: string): Schema {
  const component = { properties: { flavor: { const: flavor } }, required: ["flavor"] };
  return {
    if: { properties: { model_registry: component }, required: ["model_registry"] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema, for which editors have the clearest message
    then: { properties: { experiment_tracker: component }, required: ["experiment_tracker"] },
  };
}

function jsonSchemaOf(schema: z.ZodType): Schema & { properties?: Schema } {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" });
  return rest;
}

/** Where a text has to be one of some or to have a form, it may also come from the environment. */
function orFromEnvironment(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(orFromEnvironment);
  if (typeof schema !== "object" || schema === null) return schema;
  const { description, default: preset, ...rest } = schema as Schema;
  if (rest["type"] === "string" && ["enum", "const", "pattern", "format", "maxLength"].some((key) => key in rest)) {
    const about = {
      ...(description === undefined ? {} : { description }),
      ...(preset === undefined ? {} : { default: preset }),
    };
    return { ...about, anyOf: [rest, FROM_ENVIRONMENT] };
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "default" || key === "enum" ? value : orFromEnvironment(value),
    ]),
  );
}

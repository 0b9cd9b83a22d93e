import type { ColumnSpec, DataType, ModelSignature, Schema, TensorSpec } from "@modelstack/core";

/** `inputs:  bill_length_mm double, island string (optional)` and the like, for the parts that a signature has. */
export function signatureLines({ inputs, outputs, params }: ModelSignature): (readonly [string, string])[] {
  return [
    ...(inputs === undefined ? [] : [["inputs", schemaText(inputs)] as const]),
    ...(outputs === undefined ? [] : [["outputs", schemaText(outputs)] as const]),
    ...(params === undefined ? [] : [["model params", params.map(paramText).join(", ")] as const]),
  ];
}

function schemaText(schema: Schema): string {
  return (schema as readonly (ColumnSpec | TensorSpec)[]).map(specText).join(", ");
}

function specText(spec: ColumnSpec | TensorSpec): string {
  const name = spec.name === undefined ? "" : `${key(spec.name)} `;
  if (spec.type !== "tensor") return `${name}${typeText(spec)}${spec.required ? "" : " (optional)"}`;
  const { dtype, shape } = spec["tensor-spec"];
  return `${name}${dtype} (${shape.join(", ")})`;
}

function typeText(type: DataType): string {
  if (type.type === "array") return `list of ${typeText(type.items)}`;
  if (type.type === "map") return `map of ${typeText(type.values)}`;
  if (type.type !== "object") return type.type;
  const members = Object.entries(type.properties).map(
    ([name, spec]) => `${key(name)} ${typeText(spec)}${spec.required ? "" : " (optional)"}`,
  );
  return `{ ${members.join(", ")} }`;
}

function paramText(param: NonNullable<ModelSignature["params"]>[number]): string {
  const type = typeText(
    param.type === "object" ? { type: "object", properties: param.properties } : { type: param.type },
  );
  return `${key(param.name)} ${param.shape === null ? type : `list of ${type}`} = ${JSON.stringify(param.default)}`;
}

/** In quotes where one could not see where it ends. */
function key(name: string): string {
  return /[\s,{}"]/.test(name) || name === "" ? JSON.stringify(name) : name;
}

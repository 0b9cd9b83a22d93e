import { misfitOf } from "./fits.ts";
import { readParam, readSpec } from "./read-spec.ts";
import { at, invalidSignature } from "./refusal.ts";
import type { ColumnSpec, DataType, ParamSpec, Schema, TensorSpec } from "../../components/model-signature.ts";

/**
 * Columns or tensors that were written out.
 *
 * @throws StackError SIGNATURE_INVALID
 */
export function checkSpecs(given: readonly unknown[], path: string): Schema {
  const specs = given.map((spec, place) => readSpec(spec, `${path}[${place}]`));
  refuseMixtures(specs, path);
  // Of one kind, as was checked.
  return specs as readonly ColumnSpec[] | readonly TensorSpec[];
}

/** What MLflow refuses too. */
function refuseMixtures(specs: readonly (ColumnSpec | TensorSpec)[], path: string): void {
  if (specs.length === 0) throw invalidSignature(path, "there is no column", "Leave it out instead.");
  const tensors = specs.filter(({ type }) => type === "tensor");
  if (tensors.length > 0 && tensors.length < specs.length)
    throw invalidSignature(path, "there are columns and tensors", "Describe all of it as one or the other.");
  const names = specs.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (names.length > 0 && names.length < specs.length)
    throw invalidSignature(path, "some columns have a name and others have none", "Name all of them, or none.");
  refuseTwice(names, path, "columns");
  if (names.length > 0) return;
  if (tensors.length > 1) throw invalidSignature(path, "there are several tensors without a name", "Name them.");
  if (specs.some((spec) => spec.type !== "tensor" && !spec.required))
    throw invalidSignature(path, "a column without a name may be missing", "Name the columns, or require all of them.");
}

/**
 * Parameters that were written out.
 *
 * @throws StackError SIGNATURE_INVALID, also for a default that is not of its type
 */
export function checkParams(given: readonly unknown[], path: string): readonly ParamSpec[] {
  const params = given.map((param, place) => readParam(param, `${path}[${place}]`));
  refuseTwice(
    params.map(({ name }) => name),
    path,
    "parameters",
  );
  for (const param of params) {
    if (param.default === null) continue;
    const misfit = misfitOf(typeOfParam(param), param.default, "the default");
    if (misfit !== undefined) throw invalidSignature(at(path, param.name), misfit, "Mend the default, or the type.");
  }
  return params;
}

/** What a value of a parameter may be. */
function typeOfParam(param: ParamSpec): DataType {
  const own: DataType =
    param.type === "object" ? { type: "object", properties: param.properties } : { type: param.type };
  return param.shape === null ? own : { type: "array", items: own };
}

function refuseTwice(names: readonly string[], path: string, what: string): void {
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined)
    throw invalidSignature(path, `two ${what} are called ${JSON.stringify(twice)}`, "Rename one.");
}

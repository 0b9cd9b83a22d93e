import { readFile } from "node:fs/promises";
import { formatOf, type NewModelFile, type NewModelVersion } from "@modelstack/core/stack";
import { parse, stringify } from "yaml";
import { pathOf } from "./layout.ts";

// https://mlflow.org/docs/latest/ml/model/ says what stands in these files, which MLflow's Python reads beside a model.

/** The file that says of a folder that it is a model of MLflow, and what of. */
export const MLMODEL = "MLmodel";
/** The file in which core keeps a signature. */
export const SIGNATURE = "signature.json";
const REQUIREMENTS = "requirements.txt";
const PYTHON_ENV = "python_env.yaml";

type Fields = Readonly<Record<string, unknown>>;

/** The Python that made a model, as `environment.json` has it. */
interface Python {
  readonly version?: string;
  readonly packages?: Readonly<Record<string, string>>;
}

/** How MLflow loads models of a format, and which packages that needs. */
interface PythonFlavor {
  readonly flavors: Fields;
  readonly packages: readonly string[];
}

/**
 * What MLflow's own clients want to find beside a model, by name. Of formats that Python can load it says how; of all others, what they are.
 * A model that brings a file of such a name keeps its own.
 */
export async function companions(
  { files, tags, modelDigest }: Pick<NewModelVersion, "files" | "tags" | "modelDigest">,
  run: string,
): Promise<ReadonlyMap<string, string>> {
  const brought = new Set(files.filter(({ part }) => part === "model").map(({ path }) => path));
  if (brought.has(MLMODEL)) return new Map();
  const format = formatOf({ tags });
  const python = pythonOf(await readExtra(files, "environment.json"));
  const flavor = pythonFlavor(format, files, python);
  const version = python?.version;
  const environment =
    flavor === undefined || version === undefined ? {} : { env: { virtualenv: PYTHON_ENV }, python_version: version };
  const example = await exampleInfo(files);
  const text = stringify({
    run_id: run,
    flavors: {
      ...(flavor === undefined
        ? {}
        : { ...flavor.flavors, python_function: { ...(flavor.flavors["python_function"] as Fields), ...environment } }),
      modelstack: { model_digest: modelDigest, ...(format === undefined ? {} : { format }) },
    },
    utc_time_created: new Date().toISOString().replace("T", " ").replace("Z", "000"),
    ...(example === undefined ? {} : { saved_input_example_info: example }),
    ...signatureField(await readExtra(files, SIGNATURE)),
  });
  const written: [string, string][] = [[MLMODEL, text]];
  if (flavor !== undefined) written.push([REQUIREMENTS, requirements(flavor, python)]);
  if (flavor !== undefined && version !== undefined)
    written.push([
      PYTHON_ENV,
      stringify({ python: version, build_dependencies: ["pip"], dependencies: [`-r ${REQUIREMENTS}`] }),
    ]);
  return new Map(written.filter(([name]) => !brought.has(name)));
}

function pythonFlavor(
  format: string | undefined,
  files: readonly NewModelFile[],
  python: Python | undefined,
): PythonFlavor | undefined {
  if (format === "onnx") return onnxFlavor(files, python);
  return format === "sklearn" ? sklearnFlavor(files, python) : undefined;
}

function onnxFlavor(files: readonly NewModelFile[], python: Python | undefined): PythonFlavor | undefined {
  // MLflow looks for the MLmodel file in the folder of the ONNX file. Weights may lie beside it.
  const data = onlyOne(files, (path) => path.endsWith(".onnx") && !path.includes("/"));
  if (data === undefined) return undefined;
  const known = python?.packages?.["onnx"];
  return {
    flavors: {
      onnx: { data, ...(known === undefined ? {} : { onnx_version: known }), providers: ["CPUExecutionProvider"] },
      python_function: { loader_module: "mlflow.onnx", data },
    },
    packages: ["mlflow", "onnx", "onnxruntime"],
  };
}

function sklearnFlavor(files: readonly NewModelFile[], python: Python | undefined): PythonFlavor | undefined {
  const model = onlyOne(files, (path) => /\.(pkl|pickle|skops)$/.test(path)) ?? onlyOne(files, () => true);
  if (model === undefined) return undefined;
  const known = python?.packages?.["scikit-learn"];
  // What reads this reads pickle too.
  const serialization_format = model.endsWith(".skops") ? "skops" : "cloudpickle";
  return {
    flavors: {
      sklearn: {
        pickled_model: model,
        serialization_format,
        code: null,
        ...(known === undefined ? {} : { sklearn_version: known }),
      },
      python_function: { loader_module: "mlflow.sklearn", model_path: model, predict_fn: "predict" },
    },
    packages: [
      "mlflow",
      "cloudpickle",
      "numpy",
      "pandas",
      "scikit-learn",
      ...(serialization_format === "skops" ? ["skops"] : []),
    ],
  };
}

/** The path of the only file of the model that is such a one. */
function onlyOne(files: readonly NewModelFile[], isOne: (path: string) => boolean): string | undefined {
  const [first, ...others] = files.filter(({ part, path }) => part === "model" && isOne(path));
  return others.length === 0 ? first?.path : undefined;
}

/** What has to be installed, in the versions that made the model as far as they are known. */
function requirements({ packages }: PythonFlavor, python: Python | undefined): string {
  const lines = packages.map((name) => {
    const version = python?.packages?.[name];
    return version === undefined ? name : `${name}==${version}`;
  });
  return `${lines.join("\n")}\n`;
}

function pythonOf(environment: unknown): Python | undefined {
  // It is core's own file.
  return (environment as { python?: Python } | undefined)?.python;
}

/** The signature that stands in an MLmodel file, as the text of core's own file for it; none where it cannot be read. */
export function signatureOf(text: string): string | undefined {
  try {
    const signature = (parse(text) as { signature?: unknown } | null)?.signature;
    return typeof signature === "object" && signature !== null ? JSON.stringify(signature) : undefined;
  } catch {
    // It is one of the files then, and no more.
    return undefined;
  }
}

/** The signature is kept as it stands in an MLmodel file. */
function signatureField(signature: unknown): Fields {
  return signature === undefined ? {} : { signature };
}

async function exampleInfo(files: readonly NewModelFile[]): Promise<Fields | undefined> {
  const example = await readExtra(files, EXAMPLE);
  if (example === undefined) return undefined;
  const artifact_path = pathOf({ part: "extra", path: EXAMPLE });
  // Rows of scalars are kept as MLflow writes a data frame.
  const isFrame = "columns" in example && "data" in example;
  return isFrame
    ? { artifact_path, type: "dataframe", pandas_orient: "split" }
    : { artifact_path, type: "json_object" };
}

const EXAMPLE = "input_example.json";

/** What an extra file of core holds, if it is there. Something else of that name says nothing. */
async function readExtra(files: readonly NewModelFile[], name: string): Promise<object | undefined> {
  const file = files.find(({ part, path }) => part === "extra" && path === name);
  if (file === undefined) return undefined;
  try {
    const found: unknown = JSON.parse(await readFile(file.localPath, "utf8"));
    return typeof found === "object" && found !== null ? found : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { digestOf, type NewModelFile, type NewModelVersion } from "@modelstack/core";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { describeWithMlflow } from "../../../../tests/support/mlflow.ts";
import { pythonClient, type AskPython } from "../../../../tests/support/mlflow-python.ts";
import { MlflowModelRegistry } from "./model-registry.ts";
import { connect } from "./registry.fixture.ts";

/** The first time, the client is fetched. */
const TEN_MINUTES = 600_000;

describeWithMlflow("what Python's own client reads", (url) => {
  let ask: AskPython;
  beforeAll(async () => {
    ask = await pythonClient(url);
  }, TEN_MINUTES);

  const folderOfTest = () => {
    const folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-python-"));
    onTestFinished(() => folder.remove());
    return folder.path;
  };
  const register = async (
    model: string,
    files: readonly [NewModelFile, ...NewModelFile[]],
    tags: Record<string, string>,
  ) => {
    const server = connect(url);
    onTestFinished(() => server[Symbol.asyncDispose]());
    const request: NewModelVersion = { model, files, tags, modelDigest: files[0].digest };
    return new MlflowModelRegistry(server).registerModelVersion(request, { actor: "ada" });
  };
  const fileAt = (localPath: string, part: "model" | "extra" = "model", path = basename(localPath)): NewModelFile => {
    const content = readFileSync(localPath);
    return { part, path, localPath, size: content.byteLength, digest: digestOf(content) };
  };
  const written = (folder: string, name: string, content: string, part: "model" | "extra" = "extra") => {
    writeFileSync(join(folder, name), content);
    return fileAt(join(folder, name), part);
  };

  it("loads a pickle of scikit-learn that a step called sklearn, with its signature", async () => {
    const folder = folderOfTest();
    const { rows, said } = ask<{ rows: number[][]; said: number[] }>("train", { path: join(folder, "line.pkl") });
    const columns = '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}]';
    const signature = written(
      folder,
      "signature.json",
      JSON.stringify({ inputs: columns, outputs: null, params: null }),
    );

    const { version } = await register("line", [fileAt(join(folder, "line.pkl")), signature], {
      "modelstack.model_format": "sklearn",
    });

    const read = ask<{ said: number[]; signature: { inputs: string } }>("predict", {
      model: `models:/line/${version}`,
      rows,
      dtype: "float64",
    });
    expect(read.said).toEqual(said);
    expect(JSON.parse(read.signature.inputs)).toEqual(JSON.parse(columns));
  });

  it("downloads a model of any other format, with all that lies beside it, and reads its example", async () => {
    const folder = folderOfTest();
    const example = written(folder, "input_example.json", '{"columns":["größe","🎉"],"data":[[1.5,"a"],[2,"b"]]}');
    const model = written(folder, "forest.json", "[1]", "model");

    const { version } = await register("forest", [model, example], {});

    const read = ask<{ files: Record<string, number>; flavors: string[]; example: object[] }>("files", {
      model: `models:/forest/${version}`,
    });
    // The client adds a file of its own.
    expect(Object.keys(read.files)).toEqual(
      expect.arrayContaining(["MLmodel", "forest.json", "modelstack/extra/input_example.json"]),
    );
    expect(read.flavors).toEqual(["modelstack"]);
    expect(read.example).toEqual([
      { größe: 1.5, "🎉": "a" },
      { größe: 2, "🎉": "b" },
    ]);
  });

  it("loads a model of its own that is registered with its MLmodel file", async () => {
    const folder = folderOfTest();
    const { rows, said } = ask<{ rows: number[][]; said: number[] }>("train", { path: join(folder, "model.pkl") });
    const own = `flavors:
  python_function: { loader_module: mlflow.sklearn, model_path: model.pkl, predict_fn: predict }
  sklearn: { pickled_model: model.pkl, serialization_format: cloudpickle, code: null }
`;
    const { version } = await register(
      "own",
      [fileAt(join(folder, "model.pkl")), written(folder, "MLmodel", own, "model")],
      {},
    );

    expect(ask("predict", { model: `models:/own/${version}`, rows, dtype: "float64" })).toEqual({
      said,
      signature: null,
    });
  });

  it("sees versions with their tags, run and description", async () => {
    const folder = folderOfTest();
    const { version, source } = await register("seen", [written(folder, "m.bin", "m", "model")], { team: "birds" });

    const seen = ask<{ tags: Record<string, string>; source: string }>("show", { name: "seen", version });

    expect(seen).toMatchObject({ version, status: "READY", stage: "None", source });
    expect(seen.tags).toMatchObject({ team: "birds", "modelstack.version": version });
  });
});

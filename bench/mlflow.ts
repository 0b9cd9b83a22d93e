import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MlflowClient } from "@modelstack/mlflow-client";
import { startMlflow, type MlflowServer } from "../tests/support/mlflow-server.ts";
import { inProject, interleaved, processTime, root, runProgram, type Row } from "./measure.ts";
import { besides, curl, transferRows, type Moved } from "./transfers.ts";

const stack = join(root, "packages", "cli", "bin", "stack.js");

const programs = join(import.meta.dirname, "programs");

/**
 * What the client of MLflow costs: beside bare undici on a server that answers at once, beside curl on a real one, and beside MLflow's own
 * client in Python.
 */
export async function mlflowRows(): Promise<Row[]> {
  await using server = await startMlflow("3.17.2");
  return [...(await callRows(server)), ...(await fileRows(server)), ...(await listRows(server))];
}

async function callRows({ python }: MlflowServer): Promise<Row[]> {
  const server = spawn(process.execPath, [join(programs, "instant-server.js")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = (await once(server.stdout, "data")) as [Buffer];
    const url = `http://127.0.0.1:${port.toString().trim()}`;
    const { bare, client } = await inProject((folder) =>
      runProgram<{ bare: number; client: number }>("log-metrics.ts", folder, url),
    );
    const what = "logging a metric to a server that answers at once";
    return besides(what, client, [
      ["bare undici", bare, 1.3],
      ["MLflow's client in Python", inPython(python, "log", url), 1],
    ]);
  } finally {
    server.kill();
  }
}

/** 1 GiB up to and down from a real server that passes files on. */
function fileRows({ url, python }: MlflowServer): Promise<Row[]> {
  return inProject(async (folder) => {
    await using mlflow = new MlflowClient({ trackingUri: url });
    const { info } = await mlflow.runs.create({});
    const folderOfRun = info.artifact_uri.replace(/^.*?:\//, "");
    return transferRows(folder, {
      through: "through an MLflow server",
      address: `${url}/api/2.0/mlflow-artifacts/artifacts/${folderOfRun}/large.bin`,
      move: (direction, file) => runProgram<Moved>("move-file.ts", folder, direction, url, info.artifact_uri, file),
      other: {
        name: "MLflow's client in Python",
        move: (direction, path) =>
          inPython(python, direction, url, info.run_id, ...(direction === "up" ? [path] : ["large.bin", path])),
      },
    });
  });
}

/** The command that lists 1,000 models, beside the server's answer and the same command when it finds none. */
function listRows({ url, python }: MlflowServer): Promise<Row[]> {
  return inProject(async (folder) => {
    const components = `experiment_tracker: { flavor: mlflow, tracking_uri: "${url}" }\n    model_registry: { flavor: mlflow }`;
    writeFileSync(join(folder, "stack.yaml"), `version: 1\nactive: team\nstacks:\n  team:\n    ${components}\n`);
    await using mlflow = new MlflowClient({ trackingUri: url });
    for (let i = 0; i < 1000; i++) await mlflow.registeredModels.create({ name: `model-${i}` });
    const time = (...args: string[]) => processTime(folder, process.execPath, stack, "models", "list", ...args);
    const [all, none] = [
      ["--limit", "1000"],
      ["--filter", "name = 'none'"],
    ] as const;
    for (const args of [all, none]) time(...args);
    const address = `${url}/api/2.0/mlflow/registered-models/search?max_results=1000&order_by=name%20ASC`;
    const [start, answer, script, taken] = interleaved(11, [
      () => time(...none),
      () => curl("-o", join(folder, "answer.json"), address),
      () => processTime(folder, python, join(programs, "mlflow_client.py"), "list", url),
      () => time(...all),
    ]) as [number, number, number, number];
    return besides("stack models list of 1,000 models on an MLflow server", taken, [
      ["its answer to curl and the command when there are none", start + answer, 1.2],
      ["a script with MLflow's client in Python", script, 1],
    ]);
  });
}

/** In milliseconds, as the program measures it. */
function inPython(python: string, ...args: readonly string[]): number {
  return JSON.parse(
    execFileSync(python, [join(programs, "mlflow_client.py"), ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ) as number;
}

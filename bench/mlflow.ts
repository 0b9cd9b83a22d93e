import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MlflowClient } from "@modelstack/mlflow-client";
import { startMlflow, type MlflowServer } from "../tests/support/mlflow-server.ts";
import {
  inProject,
  interleaved,
  median,
  ms,
  processTime,
  root,
  runProgram,
  writeRandomFile,
  type Row,
} from "./measure.ts";

const stack = join(root, "packages", "cli", "bin", "stack.js");

interface Moved {
  readonly milliseconds: number;
  readonly extraMegabytes: number;
}

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
    const file = join(folder, "large.bin");
    const back = join(folder, "back.bin");
    writeRandomFile(file, 64);
    const address = `${url}/api/2.0/mlflow-artifacts/artifacts/${info.artifact_uri.replace(/^.*?:\//, "")}/large.bin`;
    const move = (direction: string, path: string) =>
      runProgram<Moved>("move-file.ts", folder, direction, url, info.artifact_uri, path);
    const taken = { up: [] as Moved[], down: [] as Moved[] };
    const bare = { up: [] as number[], down: [] as number[] };
    const client = { up: [] as number[], down: [] as number[] };
    for (let i = 0; i < 3; i++) {
      bare.up.push(curl("-T", file, address));
      taken.up.push(move("up", file));
      client.up.push(inPython(python, "up", url, info.run_id, file));
      bare.down.push(curl("-o", back, address));
      rmSync(back);
      taken.down.push(move("down", back));
      if (statSync(back).size !== 2 ** 30) throw new Error("The file came back with another size.");
      rmSync(back);
      mkdirSync(back);
      client.down.push(inPython(python, "down", url, info.run_id, "large.bin", back));
      rmSync(back, { recursive: true });
    }
    const rows = (what: string, direction: "up" | "down"): Row[] => {
      const moved = taken[direction];
      const extra = median(moved.map(({ extraMegabytes }) => extraMegabytes));
      const memory = { floor: "-", product: `${extra.toFixed(0)} MiB`, ratio: extra, budget: 64, unit: "MiB" };
      const time = median(moved.map(({ milliseconds }) => milliseconds));
      return [
        ...besides(`${what} 1 GiB through an MLflow server`, time, [
          ["curl", median(bare[direction]), 1.11],
          ["MLflow's client in Python", median(client[direction]), 1],
        ]),
        { what: "extra memory for it", ...memory },
      ];
    };
    return [...rows("uploading", "up"), ...rows("downloading", "down")];
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

/** A row for each of what a time is measured beside. */
function besides(what: string, product: number, floors: readonly (readonly [string, number, number])[]): Row[] {
  return floors.map(([to, floor, budget]) => ({
    what: `${what}, to ${to}`,
    floor: ms(floor),
    product: ms(product),
    ratio: product / floor,
    budget,
  }));
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

/** How long curl takes, in milliseconds. */
function curl(...args: readonly string[]): number {
  const begun = performance.now();
  execFileSync("curl", ["--silent", "--fail", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  return performance.now() - begun;
}

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { MlflowClient } from "@modelstack/mlflow-client";
import { startMlflow } from "../tests/support/mlflow-server.ts";
import { inProject, median, ms, runProgram, writeRandomFile, type Row } from "./measure.ts";

interface Moved {
  readonly milliseconds: number;
  readonly extraMegabytes: number;
}

/** What the client of MLflow costs: beside bare undici on a server that answers at once, and beside curl on a real one. */
export async function mlflowRows(): Promise<Row[]> {
  return [await callRow(), ...(await fileRows())];
}

async function callRow(): Promise<Row> {
  const server = spawn(process.execPath, [join(import.meta.dirname, "programs", "instant-server.js")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = (await once(server.stdout, "data")) as [Buffer];
    const url = `http://127.0.0.1:${port.toString().trim()}`;
    const { bare, client } = await inProject((folder) =>
      runProgram<{ bare: number; client: number }>("log-metrics.ts", folder, url),
    );
    return {
      what: "logging a metric to a server that answers at once, to bare undici",
      floor: ms(bare),
      product: ms(client),
      ratio: client / bare,
      budget: 1.3,
    };
  } finally {
    server.kill();
  }
}

/** 1 GiB up to and down from a real server that passes files on. */
function fileRows(): Promise<Row[]> {
  return inProject(async (folder) => {
    await using server = await startMlflow("3.17.2");
    await using mlflow = new MlflowClient({ trackingUri: server.url });
    const { info } = await mlflow.runs.create({});
    const file = join(folder, "large.bin");
    const back = join(folder, "back.bin");
    writeRandomFile(file, 64);
    const address = `${server.url}/api/2.0/mlflow-artifacts/artifacts/${info.artifact_uri.replace(/^.*?:\//, "")}/large.bin`;
    const taken = { curlUp: [] as number[], curlDown: [] as number[], up: [] as Moved[], down: [] as Moved[] };
    for (let i = 0; i < 3; i++) {
      taken.curlUp.push(curl("-T", file, address));
      taken.up.push(runProgram<Moved>("move-file.ts", folder, "up", server.url, info.artifact_uri, file));
      taken.curlDown.push(curl("-o", back, address));
      rmSync(back);
      taken.down.push(runProgram<Moved>("move-file.ts", folder, "down", server.url, info.artifact_uri, back));
      if (statSync(back).size !== 2 ** 30) throw new Error("The file came back with another size.");
      rmSync(back);
    }
    const rows = (what: string, bare: readonly number[], moved: readonly Moved[]): Row[] => {
      const product = median(moved.map(({ milliseconds }) => milliseconds));
      const extra = median(moved.map(({ extraMegabytes }) => extraMegabytes));
      const time = { floor: ms(median(bare)), product: ms(product), ratio: product / median(bare), budget: 1.11 };
      const memory = { floor: "-", product: `${extra.toFixed(0)} MiB`, ratio: extra, budget: 64, unit: "MiB" };
      return [
        { what: `${what} 1 GiB through an MLflow server, to curl`, ...time },
        { what: "extra memory for it", ...memory },
      ];
    };
    return [...rows("uploading", taken.curlUp, taken.up), ...rows("downloading", taken.curlDown, taken.down)];
  });
}

/** How long curl takes, in milliseconds. */
function curl(...args: readonly string[]): number {
  const begun = performance.now();
  execFileSync("curl", ["--silent", "--fail", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  return performance.now() - begun;
}

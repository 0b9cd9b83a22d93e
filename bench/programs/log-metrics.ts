// Sends metric points to a server that answers at once, through the client and with bare undici, in turns, and prints the median time of a
// call with each, in milliseconds.
import { MlflowClient } from "@modelstack/mlflow-client";
import { Agent } from "undici";
import { median } from "../measure.ts";

const [, , trackingUri = ""] = process.argv;
await using mlflow = new MlflowClient({ trackingUri });
const agent = new Agent();
const run_id = "0123456789abcdef0123456789abcdef";

const point = (step: number) => ({
  run_id,
  key: "loss",
  value: 1 / (step + 1),
  timestamp: 1_700_000_000_000 + step,
  step,
});
const withClient = (step: number) => mlflow.runs.logMetric(point(step));
async function bare(step: number): Promise<void> {
  const { statusCode, body } = await agent.request({
    origin: trackingUri,
    path: "/api/2.0/mlflow/runs/log-metric",
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(point(step)),
  });
  if (statusCode !== 200 || (await body.text()) !== "{}") throw new Error(`The server answered ${statusCode}.`);
}

const CALLS = 1000;
async function perCall(log: (step: number) => Promise<void>): Promise<number> {
  const begun = performance.now();
  for (let step = 0; step < CALLS; step++) await log(step);
  return (performance.now() - begun) / CALLS;
}

const taken = { bare: [] as number[], client: [] as number[] };
for (let round = 0; round < 11; round++) {
  taken.bare.push(await perCall(bare));
  taken.client.push(await perCall(withClient));
}
await agent.close();
process.stdout.write(JSON.stringify({ bare: median(taken.bare.slice(2)), client: median(taken.client.slice(2)) }));

import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExperimentTracker } from "../components/experiment-tracker.ts";
import { InMemoryExperimentTracker } from "../testing/in-memory/experiment-tracker.ts";
import { BufferedTracker } from "./tracked-step.ts";

/** A step's tracker on a run of a tracker in memory, and what that was given. */
export async function fixture(change: (tracker: InMemoryExperimentTracker) => Partial<ExperimentTracker> = () => ({})) {
  const memory = new InMemoryExperimentTracker();
  const run = await memory.startRun({ experiment: "churn", name: "train" }, { actor: "ada" });
  Object.assign(memory, change(memory));
  const folder = mkdtempDisposableSync(join(tmpdir(), "tracked-step-"));
  return {
    memory,
    run: run.id,
    tracker: new BufferedTracker(memory, run.id),
    at: (path: string) => join(folder.path, path),
    text: async (path: string) => Buffer.from(await memory.readFile(run.id, path)).toString(),
    json: async (path: string) => JSON.parse(Buffer.from(await memory.readFile(run.id, path)).toString()) as unknown,
    paths: async () => (await memory.listFiles(run.id)).map(({ path }) => path).sort(),
    tags: async () => (await memory.getRun(run.id)).tags,
    [Symbol.dispose]: () => folder.remove(),
  };
}

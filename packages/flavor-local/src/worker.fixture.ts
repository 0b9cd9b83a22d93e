// A process of its own for two-processes.test.ts: it says that it is there, waits for its task, does it, and answers.
import { join } from "node:path";
import type { ModelRegistry, NewModelFile } from "@modelstack/core";
import { LocalDatabase } from "./database.ts";
import { LocalExperimentTracker } from "./experiment-tracker.ts";
import { LocalMetadataStore } from "./metadata-store.ts";
import { keptByCore } from "./kept-by-core.fixture.ts";
import { LocalModelRegistry } from "./model-registry.ts";

/** What a worker does. */
export type Work =
  | { readonly kind: "open" }
  | {
      readonly kind: "register";
      readonly count: number;
      readonly file: NewModelFile;
      readonly scheme: "integer" | "semver";
    }
  | { readonly kind: "log"; readonly count: number; readonly run: string }
  | { readonly kind: "move alias"; readonly count: number }
  | { readonly kind: "promote"; readonly count: number; readonly keptByCore: boolean }
  | { readonly kind: "hold"; readonly scope: string };

export interface Task {
  readonly folder: string;
  /** The worker's own. */
  readonly name: string;
  readonly work: Work;
}

/** What a worker did, or the code of what went wrong. */
export type Answer = { readonly done: readonly string[] } | { readonly error: string };

const by = { actor: "worker" };

async function perform({ folder, name, work }: Task): Promise<string[]> {
  using database = new LocalDatabase(join(folder, "stack.db"));
  const models = (scheme: "integer" | "semver") => new LocalModelRegistry(database, join(folder, "models"), scheme);
  switch (work.kind) {
    case "open":
      await database.write(() => undefined);
      return [];
    case "register":
      return register(models(work.scheme), work.file, work.count);
    case "log":
      return log(new LocalExperimentTracker(database, join(folder, "tracked")), work.run, name, work.count);
    case "move alias":
      return moveAlias(models("integer"), work.count);
    case "promote":
      return promote(work.keptByCore ? keptByCore(database, models("integer")) : models("integer"), work.count);
    case "hold": {
      const holder = { host: "elsewhere.example", pid: process.pid, startedAt: "1" };
      const { fence } = await new LocalMetadataStore(database).acquireLease(work.scope, holder, 3600);
      return [String(fence)];
    }
  }
}

async function register(registry: LocalModelRegistry, file: NewModelFile, count: number): Promise<string[]> {
  const request = { model: "fraud", files: [file], modelDigest: file.digest };
  const versions = [];
  while (versions.length < count) versions.push((await registry.registerModelVersion(request, by)).version);
  return versions;
}

async function log(tracker: LocalExperimentTracker, run: string, name: string, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, step) => `${name} ${step}`);
  for (const [step, key] of keys.entries()) {
    await tracker.logMetrics(run, [{ key: "loss", value: step, step, at: new Date(step) }]);
    await tracker.logParams(run, { [key]: "x" });
  }
  await tracker.flush();
  return keys;
}

/** Moves an alias to the next version, from where it found it. */
async function moveAlias(registry: LocalModelRegistry, count: number): Promise<string[]> {
  const moves = [];
  for (let turn = 0; turn < count; turn++) {
    const { version: expected } = await registry.getModelVersionByAlias("fraud", "champion");
    const next = String((Number(expected) % 5) + 1);
    try {
      await registry.setAlias("fraud", "champion", next, { ...by, expected });
      moves.push(next);
    } catch (error) {
      if (codeOf(error) !== "EXPECTATION_FAILED") throw error;
    }
  }
  return moves;
}

/** Puts the next version into Production, in place of the one that it found there. */
async function promote(registry: ModelRegistry, count: number): Promise<string[]> {
  const moves = [];
  for (let turn = 0; turn < count; turn++) {
    const holder = (await registry.getLatestModelVersion("fraud", "Production"))!.version;
    const next = String((Number(holder) % 5) + 1);
    try {
      await registry.setStage("fraud", next, "Production", { ...by, expectedHolder: holder, archivePrevious: true });
      moves.push(next);
    } catch (error) {
      if (codeOf(error) !== "EXPECTATION_FAILED") throw error;
    }
  }
  return moves;
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}

process.once("message", (task: Task) => {
  void perform(task)
    .then((done): Answer => ({ done }))
    .catch((error: unknown): Answer => ({ error: codeOf(error) }))
    .then((answer) => process.send!(answer, () => process.disconnect()));
});
process.send!("ready");

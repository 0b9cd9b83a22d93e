import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "@modelstack/core";
import { describe, expect, it } from "vitest";
import { LocalExperimentTracker } from "./experiment-tracker.ts";
import { LocalModelRegistry } from "./model-registry.ts";
import { temporaryState } from "./temporary-state.fixture.ts";
import { keptByCore } from "./kept-by-core.fixture.ts";
import type { Answer, Task, Work } from "./worker.fixture.ts";

const by = { actor: "ada" };

/** Gives the same work to so many processes of their own, once all of them are there, and returns what they answer. */
async function inProcesses(count: number, folder: string, work: Work): Promise<Answer[]> {
  const children = Array.from({ length: count }, () =>
    fork(join(import.meta.dirname, "worker.fixture.ts"), { execArgv: ["--conditions=@modelstack/source"] }),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  return Promise.all(
    children.map(async (child, place) => {
      const answer = once(child, "message");
      const task: Task = { folder, name: `worker ${place}`, work };
      child.send(task);
      return ((await answer) as [Answer])[0];
    }),
  );
}

/** What the workers did. */
function doneOf(answers: readonly Answer[]): string[] {
  return answers.flatMap((answer) => {
    if ("error" in answer) throw new Error(`a worker failed with ${answer.error}`);
    return answer.done;
  });
}

async function modelFile(folder: string) {
  await writeFile(join(folder, "model.bin"), "model");
  return {
    part: "model",
    path: "model.bin",
    size: 5,
    digest: digestOf("model"),
    localPath: join(folder, "model.bin"),
  } as const;
}

describe("two processes", () => {
  for (const scheme of ["integer", "semver"] as const) {
    it(`never get the same ${scheme} version, and lose none`, async () => {
      using state = temporaryState();
      const file = await modelFile(state.folder);

      const given = doneOf(await inProcesses(2, state.folder, { kind: "register", count: 25, file, scheme }));

      const registry = new LocalModelRegistry(state.connect(), join(state.folder, "models"), scheme);
      const stored = (await registry.listModelVersions({ model: "fraud", limit: 1000 })).items;
      expect(new Set(given).size).toBe(50);
      expect(stored.map(({ version }) => version).sort()).toEqual(given.sort());
    });
  }

  it("lose no metric and no parameter of one run", async () => {
    using state = temporaryState();
    const tracker = new LocalExperimentTracker(state.connect(), join(state.folder, "tracked"));
    const { id } = await tracker.startRun({ experiment: "churn", name: "train" }, by);

    const logged = doneOf(await inProcesses(2, state.folder, { kind: "log", count: 100, run: id }));

    const points = (await tracker.metricHistory(id, "loss", { limit: 1000 })).items;
    expect(points.map(({ step }) => step)).toEqual(Array.from({ length: 200 }, (_, place) => Math.floor(place / 2)));
    expect(Object.keys((await tracker.getRun(id)).params).sort()).toEqual(logged.sort());
  });

  it("I-c never both move an alias from where both expect it", async () => {
    using state = temporaryState();
    const registry = new LocalModelRegistry(state.connect(), join(state.folder, "models"), "integer");
    const file = await modelFile(state.folder);
    for (const _ of [1, 2, 3, 4, 5]) {
      await registry.registerModelVersion({ model: "fraud", files: [file], modelDigest: file.digest }, by);
    }
    await registry.setAlias("fraud", "champion", "1", by);

    const moves = doneOf(await inProcesses(2, state.folder, { kind: "move alias", count: 50 }));

    const { items } = await registry.history("fraud", undefined, { limit: 1000 });
    const moved = items.filter(({ kind, from }) => kind === "alias" && from !== undefined).map(({ to }) => String(to));
    expect(moved.toSorted()).toEqual(moves.sort());
    // Each one further than the one before: nothing was overwritten unseen.
    expect(moved).toEqual(moved.map((_, place) => String(((place + 1) % 5) + 1)));
  });

  it.each([
    ["the registry", false],
    ["core", true],
  ])("I-c never both take Production from the same version, where %s keeps stages", async (_who, byCore) => {
    using state = temporaryState();
    const database = state.connect();
    const local = new LocalModelRegistry(database, join(state.folder, "models"), "integer");
    const registry = byCore ? keptByCore(database, local) : local;
    const file = await modelFile(state.folder);
    for (const _ of [1, 2, 3, 4, 5]) {
      await registry.registerModelVersion({ model: "fraud", files: [file], modelDigest: file.digest }, by);
    }
    await registry.setStage("fraud", "1", "Production", by);

    const moves = doneOf(await inProcesses(2, state.folder, { kind: "promote", count: 50, keptByCore: byCore }));

    const { items } = await registry.history("fraud", undefined, { limit: 1000 });
    const promoted = items.filter(({ to }) => to === "Production").map(({ version }) => version!);
    const archived = items.filter(({ to }) => to === "Archived").map(({ version }) => version!);
    expect(promoted.slice(1).toSorted()).toEqual(moves.sort());
    // Each took the place of the one before, which was archived: nobody's promotion was overwritten unseen.
    expect(promoted).toEqual(promoted.map((_, place) => String((place % 5) + 1)));
    expect(archived).toEqual(promoted.slice(0, -1));
    expect((await registry.listModelVersions({ stage: "Production" })).items).toHaveLength(1);
  });

  it("never hold one run both", async () => {
    using state = temporaryState();

    const answers = await inProcesses(3, state.folder, { kind: "hold", scope: "run/a" });

    expect(answers.filter((answer) => "done" in answer)).toEqual([{ done: ["1"] }]);
    expect(answers.filter((answer) => "error" in answer)).toEqual([{ error: "RUN_HELD" }, { error: "RUN_HELD" }]);
  });

  it("make a new database together", async () => {
    using state = temporaryState();

    expect(await inProcesses(6, state.folder, { kind: "open" })).toEqual(
      Array.from({ length: 6 }, () => ({ done: [] })),
    );

    expect(readdirSync(state.folder).sort()).toEqual([".gitignore", "stack.db", "stack.db.exists"]);
    expect(statSync(state.path).size).toBeGreaterThan(4096);
  });
});

import { existsSync, mkdirSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call, json, stack, startStack } from "../support/command.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";

const text = pipelineFile(`
  import { truncateSync, writeFileSync } from "node:fs";
  const kind = process.env.KIND;
  const work = step({ name: "work", outputs: { file: artifact.file() } }, async (_, { file }) => {
    const made = file("big.bin", "some of it");
    if (kind === "wait") { console.log("waiting"); await new Promise((done) => setTimeout(done, 600_000)); }
    if (kind === "store") truncateSync(made.path, 4 * 2 ** 30);
    if (kind === "store-less") truncateSync(made.path, 2 ** 20);
    return { file: made };
  });
  export default pipeline({ name: "work" }, () => { work(); });`);

/** The files in a folder and those below, if it exists. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

async function statuses(at: Project): Promise<string[]> {
  const runs = await json<{ status: string }[]>(call(at.folder, ["runs", "list", "--json"]));
  return runs.map(({ status }) => status);
}

async function killed(at: Project): Promise<void> {
  const command = startStack(at.folder, ["run", "pipeline.ts"], { env: { KIND: "wait" } });
  await command.said("waiting");
  command.kill("SIGKILL");
  expect(await command.ended).toMatchObject({ exit: "SIGKILL" });
}

describe("a run whose process was killed", () => {
  it("is interrupted as soon as anybody looks, and not before", async () => {
    using at = project({ "pipeline.ts": text });
    const command = startStack(at.folder, ["run", "pipeline.ts"], { env: { KIND: "wait" } });
    await command.said("waiting");
    expect(await statuses(at)).toEqual(["running"]);
    command.kill("SIGKILL");
    await command.ended;
    expect(await statuses(at)).toEqual(["interrupted"]);
    expect(await json(call(at.folder, ["runs", "show", "latest", "--json"]))).toMatchObject({
      steps: [{ instance: "work", status: "interrupted", outputs: {} }],
    });
  });

  it("leaves a step's files, which the next run removes", async () => {
    using at = project({ "pipeline.ts": text });
    const scratch = join(at.folder, ".stack", "tmp");
    await killed(at);
    expect(filesIn(scratch)).toEqual(["big.bin"]);
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject({ exit: 0 });
    expect(filesIn(scratch)).toEqual([]);
    expect(await statuses(at)).toEqual(["succeeded", "interrupted"]);
  });

  it("leaves half a stored file, which no run takes for a whole one and the next one that stores removes", async () => {
    using at = project({ "pipeline.ts": text });
    const incoming = join(at.folder, ".stack", "artifacts", "incoming");
    mkdirSync(incoming, { recursive: true });
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const watcher = watch(incoming, () => resolve());
    const command = startStack(at.folder, ["run", "pipeline.ts"], { env: { KIND: "store" } });
    await begun;
    watcher.close();
    command.kill("SIGKILL");
    expect(await command.ended).toMatchObject({ exit: "SIGKILL" });
    expect(await json(call(at.folder, ["artifacts", "list", "--json"]))).toEqual([]);
    expect(filesIn(incoming)).toHaveLength(1);
    const again = startStack(at.folder, ["run", "pipeline.ts"], { env: { KIND: "store-less" } });
    expect(await again.ended).toMatchObject({ exit: 0 });
    expect(filesIn(incoming)).toEqual([]);
    const { steps } = await json<{ steps: { outputs: { file: string } }[] }>(
      call(at.folder, ["runs", "show", "latest", "--json"]),
    );
    const [stored] = await json<{ digest: string }[]>(call(at.folder, ["artifacts", "list", "--json"]));
    expect(steps[0]!.outputs.file).toBe(stored!.digest);
  });

  it("can be deleted", async () => {
    using at = project({ "pipeline.ts": text });
    await killed(at);
    expect(await call(at.folder, ["runs", "delete", "latest", "--yes"])).toMatchObject({ exit: 0 });
    expect(await statuses(at)).toEqual([]);
  });
});

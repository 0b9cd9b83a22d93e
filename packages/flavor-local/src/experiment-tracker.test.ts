import { appendFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "@modelstack/core";
import { describeExperimentTracker } from "@modelstack/core/testing";
import { describe, expect, it } from "vitest";
import { LocalExperimentTracker } from "./experiment-tracker.ts";
import { temporaryState } from "./temporary-state.fixture.ts";

describeExperimentTracker("local", async () => {
  const state = temporaryState();
  const connect = () => new LocalExperimentTracker(state.connect(), join(state.folder, "tracked"));
  return { tracker: connect(), reopen: async () => connect(), dispose: () => state[Symbol.dispose]() };
});

/** A tracker with a run, and the database and folder behind it. */
async function tracked() {
  const state = temporaryState();
  const database = state.connect();
  const tracker = new LocalExperimentTracker(database, join(state.folder, "tracked"));
  const { id } = await tracker.startRun({ experiment: "churn", name: "train" }, { actor: "ada" });
  return { state, database, tracker, id, [Symbol.dispose]: () => state[Symbol.dispose]() };
}

describe("files of local runs", () => {
  it("E07 are not kept when they are written to meanwhile", async () => {
    using at = await tracked();
    const path = join(at.state.folder, "weights");
    await writeFile(path, Buffer.alloc(32 * 1024 * 1024));
    let settled = false;

    const logged = at.tracker.logFile(at.id, "weights", { path }).finally(() => (settled = true));
    const writing = (function write(): Promise<void> {
      appendFileSync(path, "x");
      return new Promise<void>((resolve) => setImmediate(resolve)).then(() => (settled ? undefined : write()));
    })();

    await expect(logged).rejects.toMatchObject({ code: "DIGEST_MISMATCH", hint: expect.any(String) as unknown });
    await writing;
    expect(await at.tracker.listFiles(at.id)).toEqual([]);
  });

  it("E08 are refused when they were changed by hand, in the folder and in the database", async () => {
    using at = await tracked();
    const large = Buffer.alloc(100_000, "l");
    await at.tracker.logFile(at.id, "large", large);
    await at.tracker.logFile(at.id, "small", Buffer.from("small"));
    await at.state.damage("tracked", digestOf(large));
    await at.database.write((sql) =>
      sql.run("UPDATE run_file SET inline = ? WHERE path = 'small'", Buffer.from("smell")),
    );

    for (const path of ["large", "small"]) {
      const to = join(at.state.folder, "to");
      const mismatch = { code: "DIGEST_MISMATCH", hint: expect.any(String) as unknown };
      await expect(at.tracker.readFile(at.id, path)).rejects.toMatchObject(mismatch);
      await expect(at.tracker.downloadFile(at.id, path, to)).rejects.toMatchObject(mismatch);
      await expect(rm(to)).rejects.toThrow("ENOENT");
    }
  });
});

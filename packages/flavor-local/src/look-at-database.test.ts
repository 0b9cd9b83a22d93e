import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { checkPages, lookAtDatabase } from "./look-at-database.ts";
import { temporaryState, type TemporaryState } from "./temporary-state.fixture.ts";

/** Makes a database of several pages and closes it. */
async function fill(state: TemporaryState): Promise<Buffer> {
  using database = state.connect();
  await database.write((sql) => {
    for (let id = 0; id < 200; id++)
      sql.run("INSERT INTO experiment (id, name, tags, created_at) VALUES (?, ?, '{}', 0)", String(id), "x".repeat(id));
  });
  database[Symbol.dispose]();
  return readFileSync(state.path);
}

/** What is found, deep or not. */
function look(path: string, deep = false) {
  return lookAtDatabase(path, (sql) => [checkPages(sql, path, deep)]);
}

/** Every file of a folder with its bytes. */
function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "base64")]));
}

describe("looking at a database", () => {
  for (const [what, damage] of [
    ["zeroed in its header (H-g)", (whole: Buffer) => Buffer.from(whole).fill(0, 0, 100)],
    ["garbage after its first page (H-g)", (whole: Buffer) => Buffer.from(whole).fill(7, 4096)],
    ["garbage in one page (H-g)", (whole: Buffer) => Buffer.from(whole).fill(7, 4096 * 3, 4096 * 4)],
    ["cut in the middle (H-g)", (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ["text (H-g)", () => Buffer.from("not a database\n".repeat(1000))],
    ["empty (H-h)", () => Buffer.alloc(0)],
  ] as const) {
    it(`that is ${what} finds STORE_CORRUPT and changes nothing`, async () => {
      using state = temporaryState();
      writeFileSync(state.path, damage(await fill(state)));
      const before = filesIn(state.folder);

      expect(await look(state.path)).toMatchObject([
        { name: "database", status: "fail", code: "STORE_CORRUPT", fix: expect.stringContaining("backup") },
      ]);
      expect(filesIn(state.folder)).toEqual(before);
    });
  }

  it("that is gone finds STORE_CORRUPT (H-h)", async () => {
    using state = temporaryState();
    await fill(state);
    rmSync(state.path);

    expect(await look(state.path)).toMatchObject([{ status: "fail", code: "STORE_CORRUPT" }]);
  });

  it("of a newer modelstack finds STORE_NEWER and changes nothing (H-j)", async () => {
    using state = temporaryState();
    await fill(state);
    const newer = new DatabaseSync(state.path);
    newer.exec("PRAGMA user_version = 1000");
    newer.close();
    const before = filesIn(state.folder);

    expect(await look(state.path)).toMatchObject([{ status: "fail", code: "STORE_NEWER", fix: "Update modelstack." }]);
    expect(filesIn(state.folder)).toEqual(before);
  });

  it("of an older modelstack says that it will be brought up to date, and does not do it", async () => {
    using state = temporaryState();
    await fill(state);
    const older = new DatabaseSync(state.path);
    older.exec("PRAGMA user_version = 1");
    older.close();
    const before = filesIn(state.folder);

    expect(await look(state.path)).toMatchObject([{ status: "ok", message: expect.stringContaining("older") }]);
    expect(filesIn(state.folder)).toEqual(before);
  });

  it.each([false, true])("that is whole finds nothing wrong and makes no file, deep: %s", async (deep) => {
    using state = temporaryState();
    await fill(state);
    const before = filesIn(state.folder);

    expect(await look(state.path, deep)).toMatchObject([{ name: "database", status: "ok" }]);
    expect(filesIn(state.folder)).toEqual(before);
  });

  it("that is not there yet makes none", async () => {
    using state = temporaryState();

    expect(await look(state.path)).toMatchObject([{ status: "ok", message: expect.stringContaining("nothing") }]);
    expect(readdirSync(state.folder)).toEqual([]);
  });

  it("sees what another process has just written", async () => {
    using state = temporaryState();
    await state
      .connect()
      .write((sql) => sql.run("INSERT INTO experiment (id, name, tags, created_at) VALUES ('1', 'a', '{}', 0)"));

    let seen: unknown;
    await lookAtDatabase(state.path, (sql) => {
      seen = sql.all("SELECT id FROM experiment");
      return [];
    });

    expect(seen).toEqual([{ id: "1" }]);
  });

  it("leaves the log of a killed process for the next command", async () => {
    using state = temporaryState();
    await state
      .connect()
      .write((sql) => sql.run("INSERT INTO experiment (id, name, tags, created_at) VALUES ('1', 'a', '{}', 0)"));
    // As they lie there when nobody closes them.
    for (const end of ["", "-wal"]) copyFileSync(state.path + end, `${state.path}.copy${end}`);
    renameSync(`${state.path}.exists`, `${state.path}.copy.exists`);
    const [file, log] = [`${state.path}.copy`, `${state.path}.copy-wal`];
    const before = [readFileSync(file), readFileSync(log)];

    expect(await look(file)).toMatchObject([{ status: "ok" }]);

    expect([readFileSync(file), readFileSync(log)]).toEqual(before);
  });

  it("finds records that refer to what is not there", async () => {
    using state = temporaryState();
    await fill(state);
    const careless = new DatabaseSync(state.path, { enableForeignKeyConstraints: false });
    careless.exec(
      "INSERT INTO run (id, name, pipeline, plan, json, created_at) VALUES ('r', 'r', 'p', 'gone', '{}', '')",
    );
    careless.close();

    expect(await look(state.path)).toMatchObject([
      { status: "fail", message: expect.stringContaining("run refers to nothing") },
    ]);
  });
});

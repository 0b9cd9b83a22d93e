import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalDatabase } from "./database.ts";
import { temporaryState } from "./temporary-state.fixture.ts";

/** Makes a database of several pages and closes it. */
async function makeDatabase(path: string): Promise<Buffer> {
  {
    using database = new LocalDatabase(path);
    await database.write((sql) => {
      for (let row = 0; row < 200; row++) insertExperiment(sql, `${row}`, "x".repeat(row));
    });
  }
  return readFileSync(path);
}

function insertExperiment(sql: LocalDatabase["sql"], id: string, name = id): void {
  sql.run("INSERT INTO experiment (id, name, tags, created_at) VALUES (?, ?, '{}', 0)", id, name);
}

/** What comes of reading and writing: the code of what goes wrong. */
async function outcomesOf(database: LocalDatabase): Promise<unknown[]> {
  const codeOf = (error: unknown) => (error as { code?: unknown }).code;
  return [
    await (async () => database.sql.all("SELECT * FROM experiment").length)().catch(codeOf),
    await database.write((sql) => sql.run("DELETE FROM experiment").changes).catch(codeOf),
  ];
}

describe("a damaged file", () => {
  for (const [what, damage] of [
    ["empty", () => Buffer.alloc(0)],
    ["one byte", (whole: Buffer) => whole.subarray(0, 1)],
    ["cut inside its header", (whole: Buffer) => whole.subarray(0, 50)],
    ["cut after its first page", (whole: Buffer) => whole.subarray(0, 4096)],
    ["cut in the middle", (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ["cut by a page", (whole: Buffer) => whole.subarray(0, -4096)],
    ["cut by a byte", (whole: Buffer) => whole.subarray(0, -1)],
    ["garbage", () => Buffer.alloc(8192, 7)],
    ["text", () => Buffer.from("not a database\n".repeat(1000))],
    ["garbage after its first page", (whole: Buffer) => Buffer.from(whole).fill(7, 4096)],
  ] as const) {
    it(`that is ${what} gives STORE_CORRUPT, and keeps its bytes`, async () => {
      using state = temporaryState();
      const bytes = damage(await makeDatabase(state.path));
      writeFileSync(state.path, bytes);

      expect(await outcomesOf(state.connect())).toEqual(["STORE_CORRUPT", "STORE_CORRUPT"]);
      expect(readFileSync(state.path).equals(bytes)).toBe(true);
    });
  }

  it("never becomes a new database, wherever it is cut", async () => {
    using state = temporaryState();
    const whole = await makeDatabase(state.path);

    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        writeFileSync(state.path, whole.subarray(0, length));
        using database = new LocalDatabase(state.path);

        expect(await outcomesOf(database)).toEqual(["STORE_CORRUPT", "STORE_CORRUPT"]);
        expect(statSync(state.path).size).toBe(length);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a file that is gone", () => {
  it("gives STORE_CORRUPT, and is not made anew", async () => {
    using state = temporaryState();
    await makeDatabase(state.path);
    rmSync(state.path);

    expect(await outcomesOf(state.connect())).toEqual(["STORE_CORRUPT", "STORE_CORRUPT"]);
    expect(readdirSync(state.folder)).not.toContain("stack.db");
  });
});

describe("a file of somebody else", () => {
  for (const [what, setUp] of [
    ["has tables", "CREATE TABLE visits (url TEXT)"],
    ["has a higher schema version", "CREATE TABLE visits (url TEXT); PRAGMA user_version = 79"],
    ["says whose it is", "PRAGMA application_id = 0x47504B47; PRAGMA user_version = 1"],
    ["keeps a log beside it", "PRAGMA journal_mode = WAL; CREATE TABLE visits (url TEXT)"],
  ] as const) {
    it(`that ${what} gives STORE_CORRUPT, and keeps its bytes`, async () => {
      using state = temporaryState();
      const foreign = new DatabaseSync(state.path);
      foreign.exec(setUp);
      foreign.close();
      const before = readFileSync(state.path);

      expect(await outcomesOf(state.connect())).toEqual(["STORE_CORRUPT", "STORE_CORRUPT"]);
      expect(readFileSync(state.path).equals(before)).toBe(true);
      expect(readdirSync(state.folder)).toEqual(["stack.db"]);
    });
  }
});

describe("a file of a newer modelstack", () => {
  it("gives STORE_NEWER and keeps its bytes", async () => {
    using state = temporaryState();
    await makeDatabase(state.path);
    const newer = new DatabaseSync(state.path);
    newer.exec("PRAGMA user_version = 1000");
    newer.close();
    const before = readFileSync(state.path);

    expect(await outcomesOf(state.connect())).toEqual(["STORE_NEWER", "STORE_NEWER"]);
    expect(readFileSync(state.path).equals(before)).toBe(true);
  });
});

describe("a new file", () => {
  it.skipIf(process.platform === "win32")("is its owner's alone, with its folder, whatever the umask", async () => {
    using state = temporaryState();
    const folder = join(state.folder, "state");
    const modeOf = (name = "") => (statSync(join(folder, name)).mode & 0o777).toString(8);
    const before = process.umask(0);
    try {
      using database = new LocalDatabase(join(folder, "stack.db"));
      await database.write(() => undefined);

      expect(modeOf()).toBe("700");
      expect(readdirSync(folder).map((name) => modeOf(name))).toEqual(readdirSync(folder).map(() => "600"));
    } finally {
      process.umask(before);
    }
  });

  it("keeps its folder out of git, and leaves a .gitignore that is there", async () => {
    using state = temporaryState();
    mkdirSync(join(state.folder, "mine"));
    writeFileSync(join(state.folder, "mine", ".gitignore"), "mine");

    for (const name of ["mine", "new"]) await state.connect(join(name, "stack.db")).write(() => undefined);

    expect(readFileSync(join(state.folder, "mine", ".gitignore"), "utf8")).toBe("mine");
    expect(readFileSync(join(state.folder, "new", ".gitignore"), "utf8")).toMatch(/^\*$/m);
  });

  it("is not made by reading: there is nothing to be read", async () => {
    using state = temporaryState();

    expect(state.connect().sql.all("SELECT * FROM experiment")).toEqual([]);

    expect(readdirSync(state.folder)).toEqual([]);
  });

  it("is read as soon as it is made, by whomever", async () => {
    using state = temporaryState();
    const [reader, writer] = [state.connect(), state.connect()];
    const read = () => reader.sql.all("SELECT id FROM experiment");

    const before = read();
    await writer.write((sql) => insertExperiment(sql, "a"));

    expect([before, read()]).toEqual([[], [{ id: "a" }]]);
  });
});

describe("writes asked for in one turn", () => {
  it("are each kept or not by themselves", async () => {
    using state = temporaryState();
    const database = state.connect();

    const outcomes = await Promise.allSettled(
      ["a", "bad", "b", "a"].map((name) =>
        database.write((sql) => {
          insertExperiment(sql, name);
          if (name === "bad") throw new Error("bad");
        }),
      ),
    );

    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
    expect(database.sql.all("SELECT id FROM experiment ORDER BY id")).toEqual([{ id: "a" }, { id: "b" }]);
  });

  it("are all made before the database is closed", async () => {
    using state = temporaryState();
    const database = state.connect();
    const writing = database.writeSoon((sql) => insertExperiment(sql, "a"));

    database[Symbol.dispose]();

    await writing;
    expect(state.connect().sql.all("SELECT id FROM experiment")).toEqual([{ id: "a" }]);
  });
});

import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { cacheFixture, type CacheFixture } from "./cache.fixture.ts";

/** Writes into a file of the cache, as nobody should. */
function change(path: string, text: string): void {
  chmodSync(path, 0o600);
  writeFileSync(path, text);
}

/** All that lies in the cache but is no model under its name. */
function leftovers({ root }: CacheFixture): string[] {
  const incoming = join(root, "incoming");
  return [
    ...readdirSync(root).filter((name) => !/^sha256-[0-9a-f]{64}$/.test(name) && name !== "incoming"),
    ...(existsSync(incoming) ? readdirSync(incoming) : []),
  ];
}

const size = async ({ cache }: CacheFixture) => (await cache.list()).reduce((sum, model) => sum + model.size, 0);

describe("loading a model", () => {
  it("gives the file of a model that is one, under its own name", async () => {
    using at = cacheFixture();
    const path = await at.cache.load(await at.register({ "forest.json": "[1]" }, "file"));
    expect([path.split("/").at(-1), readFileSync(path, "utf8")]).toEqual(["forest.json", "[1]"]);
  });

  it("gives the folder of a model that is one, with its folders, also the empty ones", async () => {
    using at = cacheFixture();
    const path = await at.cache.load(await at.register({ "a.bin": "a", "deep/b.bin": "b", "assets/": "", "x/y/": "" }));
    expect(readdirSync(path, { recursive: true }).sort()).toEqual([
      "a.bin",
      "assets",
      "deep",
      "deep/b.bin",
      "x",
      "x/y",
    ]);
  });

  it("tells a folder with one file from that file", async () => {
    using at = cacheFixture();
    const [file, folder] = [await at.register({ m: "m" }, "file"), await at.register({ m: "m" })];
    const places = [await at.cache.load(file), await at.cache.load(folder)].map((path) => statSync(path).isDirectory());
    expect(places).toEqual([false, true]);
  });

  it("fetches it once, and asks the registry for nothing the second time", async () => {
    using at = cacheFixture();
    const found = await at.register({ "a.bin": "a", "b.bin": "b" });
    const first = await at.cache.load(found);
    expect(at.asked).toEqual(["list", "a.bin", "b.bin"]);
    expect([await at.cache.load(found), await at.other().load(found)]).toEqual([first, first]);
    expect(at.asked).toHaveLength(3);
  });

  it("fetches nothing of another version with the same content, or of the same files", async () => {
    using at = cacheFixture();
    await at.cache.load(await at.register({ "a.bin": "a", "b.bin": "b" }));
    await at.cache.load(await at.register({ "a.bin": "a", "b.bin": "b" }));
    expect(at.asked).toEqual(["list", "a.bin", "b.bin"]);
    const path = await at.cache.load(await at.register({ "renamed.bin": "a", "c.bin": "c" }));
    expect(at.asked.slice(3)).toEqual(["list", "c.bin"]);
    expect(readFileSync(join(path, "renamed.bin"), "utf8")).toBe("a");
  });

  it("fetches a file again that another model of the cache has no longer as it was", async () => {
    using at = cacheFixture();
    const path = await at.cache.load(await at.register({ "a.bin": "a", "b.bin": "b" }));
    change(join(path, "a.bin"), "A");
    const other = await at.cache.load(await at.register({ "a.bin": "a", "c.bin": "c" }));
    expect(at.asked.slice(3)).toEqual(["list", "a.bin", "c.bin"]);
    expect(readFileSync(join(other, "a.bin"), "utf8")).toBe("a");
  });

  it("is one fetch when many want it at once, in several processes", async () => {
    using at = cacheFixture();
    const found = await at.register({ "a.bin": "a" });
    const loads = await Promise.all([1, 2, 3, 4].map((number) => (number % 2 ? at.cache : at.other()).load(found)));
    expect(new Set(loads).size).toBe(1);
    expect(at.asked).toEqual(["list", "a.bin"]);
    expect(leftovers(at)).toEqual([]);
  });

  it("says how much is to be fetched and how much has been, also of what need not be", async () => {
    using at = cacheFixture();
    await at.cache.load(await at.register({ shared: "123" }));
    const found = await at.register({ shared: "123", own: "12345", none: "" });
    const told: number[] = [];
    await at.cache.load(found, { onTotal: (total) => told.push(-total), onBytes: (count) => told.push(count) });
    const [total, ...counts] = told;
    expect([total, counts.reduce((sum, count) => sum + count, 0)]).toEqual([-8, 8]);
  });

  it("makes its files hard to change by mistake, and its folders its owner's alone", async () => {
    using at = cacheFixture();
    const path = await at.cache.load(await at.register({ "deep/a.bin": "a" }));
    const modes = [join(path, "deep/a.bin"), join(path, "deep"), path, dirname(path), at.root];
    expect(modes.map((place) => (statSync(place).mode & 0o777).toString(8))).toEqual([
      "400",
      "700",
      "700",
      "700",
      "700",
    ]);
  });
});

describe("a model that was changed in the cache", () => {
  const files = { "a.bin": "a", "b.bin": "b", "none/": "" };

  it.each([
    ["other content", "a.bin has other content", (path: string) => change(join(path, "a.bin"), "A")],
    [
      "more content",
      "a.bin has other content",
      (path: string) => (chmodSync(join(path, "a.bin"), 0o600), appendFileSync(join(path, "a.bin"), "+")),
    ],
    ["a file less", "b.bin is gone", (path: string) => rmSync(join(path, "b.bin"))],
    ["a file more", "c.bin was added", (path: string) => writeFileSync(join(path, "c.bin"), "c")],
    ["a folder more", "its empty folders are others", (path: string) => mkdirSync(join(path, "more"))],
    [
      "a folder less",
      "its empty folders are others",
      (path: string) => rmSync(join(path, "none"), { recursive: true }),
    ],
  ])("E08 is refused with %s, and left as it is", async (_what, says, act) => {
    using at = cacheFixture();
    const found = await at.register(files);
    const path = await at.cache.load(found);
    act(path);
    const before = readdirSync(path);
    await expect(at.cache.load(found)).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
      message: `The cached copy of ${found.version.uri} was changed: ${says}.`,
      hint: expect.stringContaining(`rm -r ${dirname(path)}`) as unknown,
    });
    expect(readdirSync(path)).toEqual(before);
    expect(at.asked).toHaveLength(3);
  });

  it("is fetched again once it was removed, as the refusal says", async () => {
    using at = cacheFixture();
    const found = await at.register(files);
    const path = await at.cache.load(found);
    change(join(path, "a.bin"), "A");
    rmSync(dirname(path), { recursive: true });
    expect(readFileSync(join(await at.cache.load(found), "a.bin"), "utf8")).toBe("a");
  });

  it("is served when only its times changed, and known by them from then on", async () => {
    using at = cacheFixture();
    const found = await at.register(files);
    const path = await at.cache.load(found);
    utimesSync(join(path, "a.bin"), 1, 1);
    expect(await at.cache.load(found)).toBe(path);
    trustedWithoutReading(path);
    expect(await at.cache.load(found)).toBe(path);
  });

  it("is served when its record is lost", async () => {
    using at = cacheFixture();
    const found = await at.register(files);
    const path = await at.cache.load(found);
    writeFileSync(join(dirname(path), "model.json"), '{"version":1');
    expect(await at.cache.load(found)).toBe(path);
    trustedWithoutReading(path);
    expect(await at.cache.load(found)).toBe(path);
  });

  it("is not read when its sizes, times and inodes are those that were recorded", async () => {
    using at = cacheFixture();
    const found = await at.register(files);
    const path = await at.cache.load(found);
    trustedWithoutReading(path);
    expect(await at.cache.load(found)).toBe(path);
  });

  /** Whoever reads this file notices that it was changed; whoever looks at it does not. */
  function trustedWithoutReading(path: string): void {
    const file = join(path, "a.bin");
    execFileSync("touch", ["-r", file, join(path, "../time")]);
    change(file, "A");
    execFileSync("touch", ["-r", join(path, "../time"), file]);
  }
});

describe("a fetch that does not end", () => {
  it("leaves nothing when it is stopped, and can be made again", async () => {
    using at = cacheFixture();
    const found = await at.register({ "a.bin": "a", "b.bin": "b" });
    const controller = new AbortController();
    const stopped = at.cache.load(found, {
      signal: controller.signal,
      onBytes: () => controller.abort(new Error("stopped")),
    });
    await expect(stopped).rejects.toThrow("stopped");
    expect([await at.cache.list(), leftovers(at)]).toEqual([[], []]);
    expect(readFileSync(join(await at.cache.load(found), "b.bin"), "utf8")).toBe("b");
  });

  it("does not wait for another process when it is stopped", async () => {
    using at = cacheFixture();
    const found = await at.register({ "a.bin": "a" });
    const lock = join(at.root, "incoming", `${found.version.modelDigest.slice(7)}.lock`);
    mkdirSync(join(lock, "elsewhere.example~1~1~owner"), { recursive: true });
    const stopped = at.cache.load(found, { signal: AbortSignal.timeout(1) });
    await expect(stopped).rejects.toMatchObject({ name: expect.stringMatching("AbortError|TimeoutError") as unknown });
  });

  it("leaves nothing when the registry fails", async () => {
    using at = cacheFixture(undefined, (registry) => ({
      downloadFile: async (model, version, file, to) => {
        if (file.path === "b.bin") throw new Error("the line is down");
        await registry.downloadFile(model, version, file, to);
      },
    }));
    await expect(at.cache.load(await at.register({ "a.bin": "a", "b.bin": "b" }))).rejects.toThrow("the line is down");
    expect([await at.cache.list(), leftovers(at)]).toEqual([[], []]);
  });

  it("is swept by the next one when its process was killed", async () => {
    using at = cacheFixture();
    await at.cache.load(await at.register({ "a.bin": "a" }));
    mkdirSync(join(at.root, "incoming", `${hostname()}~2147483646~1~half`, "files"), { recursive: true });
    await at.cache.load(await at.register({ "b.bin": "b" }));
    expect(leftovers(at)).toEqual([]);
  });

  it("G16 keeps nothing of a version whose files are not those that were registered", async () => {
    using at = cacheFixture(undefined, (registry) => ({
      listFiles: async (model, version) => (await registry.listFiles(model, version)).slice(1),
    }));
    const found = await at.register({ "a.bin": "a", "b.bin": "b", "c.bin": "c" });
    await expect(at.cache.load(found)).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
      message: expect.stringContaining(
        "The registry's files of models:/penguins/1 are not those that were registered",
      ) as unknown,
    });
    expect([await at.cache.list(), leftovers(at)]).toEqual([[], []]);
  });
});

describe("a cache that is full", () => {
  it("removes what was not used for the longest time, and not more than it must", async () => {
    using at = cacheFixture(30);
    for (const name of ["a", "b", "c"]) await loadedAt(at, name, name.charCodeAt(0));
    await at.cache.load(await at.register({ a: "a".repeat(10) }));
    at.endUse();

    await at.cache.load(await at.register({ d: "d".repeat(10) }));

    const left = (await at.cache.list()).map(({ path }) => readdirSync(join(path, "files")));
    expect(left).toEqual([["d"], ["a"], ["c"]]);
  });

  it("never removes what a process that lives has loaded, however much that is", async () => {
    using at = cacheFixture(15);
    for (const name of ["a", "b", "c"]) await at.cache.load(await at.register({ [name]: name.repeat(10) }));
    expect(await size(at)).toBe(30);
    at.endUse();
    await at.cache.load(await at.register({ d: "d".repeat(10) }));
    expect(await size(at)).toBe(10);
  });

  it("serves a model that is larger than all of it", async () => {
    using at = cacheFixture(5);
    const path = await at.cache.load(await at.register({ large: "large enough" }));
    expect(readFileSync(join(path, "large"), "utf8")).toBe("large enough");
  });
});

/** Loads a model of ten bytes, and lets it look as if that was so many seconds after 1970. */
async function loadedAt(at: CacheFixture, name: string, seconds: number): Promise<void> {
  const found = await at.register({ [name]: name.repeat(10) });
  await at.cache.load(found);
  utimesSync(join(at.root, found.version.modelDigest.replace(":", "-"), "model.json"), seconds, seconds);
}

describe("pruning", () => {
  it("removes down to a size, the oldest first, and says what", async () => {
    using at = cacheFixture();
    for (const name of ["a", "b", "c"]) await loadedAt(at, name, name.charCodeAt(0));
    at.endUse();

    const pruned = await at.cache.prune(15);

    expect({ left: pruned.left, removed: pruned.removed.map(({ from }) => from?.version) }).toEqual({
      left: 10,
      removed: ["1", "2"],
    });
    expect((await at.cache.list()).map(({ from }) => from)).toEqual([
      { model: "penguins", version: "3", stack: "local" },
    ]);
  });

  it("only says it on trial", async () => {
    using at = cacheFixture();
    await at.cache.load(await at.register({ a: "a" }));
    at.endUse();
    const { removed, left } = await at.cache.prune(0, { dryRun: true });
    expect([removed.length, left, (await at.cache.list()).length]).toEqual([1, 0, 1]);
  });

  it("leaves what is in use", async () => {
    using at = cacheFixture();
    const path = await at.cache.load(await at.register({ a: "a" }));
    expect(await at.cache.prune(0, { dryRun: true })).toEqual({ removed: [], left: 1 });
    expect(await at.cache.prune(0)).toEqual({ removed: [], left: 1 });
    expect(readFileSync(join(path, "a"), "utf8")).toBe("a");
  });

  it("takes the mark of another machine, whose processes it cannot see, for a day", async () => {
    using at = cacheFixture();
    const path = await at.cache.load(await at.register({ a: "a" }));
    at.endUse();
    const mark = join(dirname(path), "users", "elsewhere.example~1~1~user");
    writeFileSync(mark, "");
    expect((await at.cache.prune(0)).removed).toEqual([]);
    const yesterday = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(mark, yesterday, yesterday);
    expect((await at.cache.prune(0)).removed).toHaveLength(1);
  });

  it("ends what a killed process began to remove; until then the model is made anew of what is left", async () => {
    using at = cacheFixture();
    const found = await at.register({ a: "a" });
    const path = await at.cache.load(found);
    at.endUse();
    rmSync(join(dirname(path), "users"), { recursive: true });
    expect(readFileSync(join(await at.cache.load(found), "a"), "utf8")).toBe("a");
    expect([at.asked, leftovers(at)]).toEqual([["list", "a", "list"], []]);

    rmSync(join(dirname(path), "users"), { recursive: true });
    expect((await at.cache.prune(0)).removed).toHaveLength(1);
  });

  it("of many at once removes each model once", async () => {
    using at = cacheFixture();
    for (const name of ["a", "b", "c"]) await at.cache.load(await at.register({ [name]: name }));
    at.endUse();
    const pruned = await Promise.all([1, 2, 3].map(() => at.other().prune(0)));
    expect(pruned.flatMap(({ removed }) => removed.map(({ digest }) => digest)).length).toBe(3);
    expect([await at.cache.list(), leftovers(at)]).toEqual([[], []]);
  });

  it("finds nothing in a cache that is not there", async () => {
    using at = cacheFixture();
    expect(await at.cache.prune(0)).toEqual({ removed: [], left: 0 });
  });
});

import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FoundModel } from "../../execution/run-models.ts";
import { override } from "../../testing/broken/mutation.fixture.ts";
import { cacheFixture } from "./cache.fixture.ts";
import type { IdentifiedModel, ModelCache } from "./model-cache.ts";

/** A version as a registry gives it that another program wrote to: without any digest. */
function unknown({ registry, version: { modelDigest: _, ...version }, ...rest }: IdentifiedModel): FoundModel {
  return {
    ...rest,
    version,
    registry: override(registry, {
      listFiles: async (model, number) =>
        (await registry.listFiles(model, number)).map(({ digest: __, ...file }) => file),
    }),
  };
}

const load = async (cache: ModelCache, found: FoundModel) => cache.load(await cache.identify(found));

describe("a version whose digest nobody has written down", () => {
  it("has the digest of what was fetched, as if it had been registered with it", async () => {
    using at = cacheFixture();
    const known = await at.register({ "a.bin": "a", "deep/b.bin": "b" });

    const identified = await at.cache.identify(unknown(known));

    expect(identified.version.modelDigest).toBe(known.version.modelDigest);
    expect(readFileSync(`${await at.cache.load(identified)}/deep/b.bin`, "utf8")).toBe("b");
  });

  it("is its file when it has one, and its folder when it has several", async () => {
    using at = cacheFixture();
    const file = await load(at.cache, unknown(await at.register({ "m.pkl": "m" })));
    const folder = await load(at.cache, unknown(await at.register({ MLmodel: "x", "m.pkl": "m" })));

    expect([readFileSync(file, "utf8"), readdirSync(folder).sort()]).toEqual(["m", ["MLmodel", "m.pkl"]]);
  });

  it("is fetched once, whoever asks", async () => {
    using at = cacheFixture();
    const found = unknown(await at.register({ "a.bin": "a", "b.bin": "b" }));
    const caches = [at.cache, at.other(), at.other()];

    const paths = await Promise.all(caches.map((cache) => load(cache, found)));

    expect(new Set(paths).size).toBe(1);
    expect(at.asked).toEqual(["list", "a.bin", "b.bin"]);
  });

  it("leaves the same model alone that is in the cache already", async () => {
    using at = cacheFixture();
    const known = await at.register({ "a.bin": "a", "b.bin": "b" });
    const path = await at.cache.load(known);
    const { ino } = statSync(path);

    expect(await load(at.cache, unknown(known))).toBe(path);
    expect(statSync(path).ino).toBe(ino);
  });

  it("is fetched again, and may be another one, once it was removed from the cache", async () => {
    using at = cacheFixture();
    const found = unknown(await at.register({ "a.bin": "a", "b.bin": "b" }));
    await load(at.cache, found);
    at.endUse();
    await at.cache.prune(0);

    await load(at.cache, found);

    expect(at.asked.filter((path) => path === "a.bin")).toHaveLength(2);
  });

  it("leaves nothing when it cannot be fetched", async () => {
    using at = cacheFixture(undefined, () => ({ downloadFile: () => Promise.reject(new Error("the server is away")) }));
    const found = unknown(await at.register({ "a.bin": "a" }));

    await expect(at.cache.identify(found)).rejects.toThrow("the server is away");
    expect(await at.cache.list()).toEqual([]);
  });
});

import { mkdirSync, mkdtempDisposableSync, readdirSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CacheEntry } from "./entry.ts";
import { closeToUsers, isUsed, mark } from "./users.ts";

/** An entry with the marks of these processes. */
function entryWith(...marks: readonly string[]) {
  const folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-users-"));
  const entry = new CacheEntry(folder.path);
  mkdirSync(entry.users);
  for (const name of marks) writeFileSync(join(entry.users, name), "");
  return { entry, [Symbol.dispose]: () => folder.remove() };
}

const dead = `${hostname()}~2147483646~1~user`;

describe("a model of the cache", () => {
  it("cannot be closed to users once a process has left its mark", async () => {
    using at = entryWith();
    expect(await mark(at.entry)).toBe(true);
    expect([await isUsed(at.entry), await closeToUsers(at.entry)]).toEqual([true, false]);
  });

  it("takes no mark once it is closed", async () => {
    using at = entryWith();
    expect([await closeToUsers(at.entry), await mark(at.entry)]).toEqual([true, false]);
  });

  it("has a process's mark once, however often it is used", async () => {
    using at = entryWith();
    for (const _ of [1, 2]) await mark(at.entry);
    expect(readdirSync(at.entry.users)).toHaveLength(1);
  });

  it("is closed over the marks of processes that have died, and of the one that began to", async () => {
    using at = entryWith(dead);
    expect([await isUsed(at.entry), await closeToUsers(at.entry), await closeToUsers(at.entry)]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

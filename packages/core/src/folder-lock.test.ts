import { existsSync, mkdirSync, mkdtempDisposableSync, readdirSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withFolderLock } from "./folder-lock.ts";

function temporary() {
  const folder = mkdtempDisposableSync(join(tmpdir(), "lock-"));
  return { folder: folder.path, lock: join(folder.path, "key.lock"), [Symbol.dispose]: () => folder.remove() };
}

it("lets one after the other in, and leaves nothing behind", async () => {
  using at = temporary();
  let inside = 0;
  const most: number[] = [];
  const work = async () => {
    most.push(++inside);
    await new Promise((done) => setImmediate(done));
    inside--;
  };
  await Promise.all(Array.from({ length: 5 }, () => withFolderLock(at.lock, work)));
  expect(most).toEqual([1, 1, 1, 1, 1]);
  expect(readdirSync(at.folder)).toEqual([]);
});

it("says once that it waits", async () => {
  using at = temporary();
  const { promise: taken, resolve: take } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const said: string[] = [];
  const first = withFolderLock(at.lock, () => {
    take();
    return released;
  });
  await taken;
  const second = withFolderLock(at.lock, async () => said.push("in"), {
    onWait: () => {
      said.push("waits");
      release();
    },
  });
  await Promise.all([first, second]);
  expect(said).toEqual(["waits", "in"]);
});

it("stops waiting when it is told to", async () => {
  using at = temporary();
  const controller = new AbortController();
  await withFolderLock(at.lock, async () => {
    const waiting = withFolderLock(at.lock, async () => "in", {
      signal: controller.signal,
      onWait: () => controller.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  });
  expect(existsSync(at.lock)).toBe(false);
});

it("takes what a process that has died was holding, and never what another machine holds", async () => {
  using at = temporary();
  const controller = new AbortController();
  mkdirSync(at.lock);
  // No process has this number: it is above the kernel's limit.
  writeFileSync(join(at.lock, `${hostname()}~99999999~1~x`), "");
  expect(await withFolderLock(at.lock, async () => "in")).toBe("in");
  mkdirSync(at.lock);
  writeFileSync(join(at.lock, "another-machine~1~1~x"), "");
  const options = { signal: controller.signal, onWait: () => controller.abort() };
  await expect(withFolderLock(at.lock, async () => "in", options)).rejects.toMatchObject({ name: "AbortError" });
});

it("is free after work that failed", async () => {
  using at = temporary();
  const failing = withFolderLock(at.lock, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await withFolderLock(at.lock, async () => "in")).toBe("in");
});

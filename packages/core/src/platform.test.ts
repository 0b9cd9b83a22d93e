import { existsSync, mkdtempDisposableSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cloneOrCopy, isAlive, thisProcess } from "./platform.ts";

describe("cloneOrCopy", () => {
  it("gives a file that can be written without changing the one it came from", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "platform-"));
    const [from, to] = [join(folder.path, "from"), join(folder.path, "to")];
    writeFileSync(from, "stored", { mode: 0o400 });
    await cloneOrCopy(from, to);
    writeFileSync(to, "edited");
    expect(readFileSync(from, "utf8")).toBe("stored");
    expect(statSync(to).mode & 0o777).toBe(0o600);
  });

  it("says how much it has copied, and leaves nothing of a copy that is stopped", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "platform-"));
    const [from, to, other] = ["from", "to", "other"].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(from, Buffer.alloc(3_000_000));
    let copied = 0;
    await cloneOrCopy(from, to, { onBytes: (count) => (copied += count) });
    expect([copied, statSync(to).size]).toEqual([3_000_000, 3_000_000]);
    await expect(cloneOrCopy(from, other, { signal: AbortSignal.abort(new Error("stopped")) })).rejects.toThrow(
      "stopped",
    );
    expect(existsSync(other)).toBe(false);
  });

  it("does not overwrite", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "platform-"));
    const [from, to] = [join(folder.path, "from"), join(folder.path, "to")];
    writeFileSync(from, "new");
    writeFileSync(to, "old");
    await expect(cloneOrCopy(from, to)).rejects.toMatchObject({ code: "EEXIST" });
    expect(readFileSync(to, "utf8")).toBe("old");
  });
});

describe("isAlive", () => {
  it("knows this process, and one that had its number before", () => {
    const me = thisProcess();
    expect(isAlive(me)).toBe(true);
    expect(isAlive({ ...me, startedAt: "1" })).toBe(false);
  });

  it("cannot tell about another machine", () => {
    expect(isAlive({ ...thisProcess(), host: "elsewhere.example" })).toBeUndefined();
  });
});

import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempDisposableSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
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

describe("a process that has ended and that its parent does not ask for", () => {
  it.runIf(process.platform === "linux")("is not alive", async () => {
    const shell = spawn("sh", ["-c", "cat <&3 & echo $!; exec cat"], { stdio: ["pipe", "pipe", "inherit", "pipe"] });
    const { stdin, stdout } = shell as ChildProcessByStdio<Writable, Readable, null>;
    const [pid] = (await once(stdout, "data")) as [Buffer];
    const child = { ...thisProcess(), pid: Number(String(pid)), startedAt: "" };
    // Once it answers it is no shell any more, and knows nothing of a child.
    stdin.write("x");
    await once(stdout, "data");
    expect(isAlive(child)).toBe(true);
    process.kill(child.pid);
    await expect.poll(() => isAlive(child), { timeout: 30_000 }).toBe(false);
    expect(process.kill(child.pid, 0)).toBe(true);
    stdin.end();
  });
});

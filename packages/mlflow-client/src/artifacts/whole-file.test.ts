import { existsSync, mkdtempDisposableSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { released, writeWhole } from "./whole-file.ts";

const packet = (size: number, value: number) => Buffer.alloc(size, value);

async function* given<T>(...chunks: readonly T[]): AsyncGenerator<T> {
  yield* chunks;
}

describe("writeWhole", () => {
  it("writes what comes, and nothing under the name when it breaks off", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-whole-"));
    const path = join(folder.path, "file");
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield packet(100, 1);
      throw new Error("cut");
    }

    await expect(writeWhole(path, breaking())).rejects.toThrow("cut");
    expect(readdirSync(folder.path)).toEqual([]);
    await writeWhole(path, given(packet(100_000, 1), packet(3, 2)));
    expect(readFileSync(path)).toEqual(Buffer.concat([packet(100_000, 1), packet(3, 2)]));
    expect(existsSync(path)).toBe(true);
  });
});

describe("released", () => {
  it("gives memory back once the next chunk is there, and not before", async () => {
    const chunks = [packet(100_000, 1), packet(100_000, 2), packet(100_000, 3)];
    const seen: number[][] = [];
    for await (const _ of released(given(...chunks))) seen.push(chunks.map(({ byteLength }) => byteLength));
    expect(seen).toEqual([
      [100_000, 100_000, 100_000],
      [0, 100_000, 100_000],
      [0, 0, 100_000],
    ]);
  });

  it("keeps the memory of a packet while chunks of it come", async () => {
    const memory = packet(100_000, 7);
    const parts = [memory.subarray(0, 60_000), memory.subarray(60_000, 60_010), memory.subarray(60_010)];
    let read = 0;
    for await (const part of released(given(...parts, packet(10, 1))))
      read += part.every((byte) => byte === 7) ? part.length : 0;
    expect(read).toBe(100_000);
    expect(memory.byteLength).toBe(0);
  });

  it("keeps the pool of Node, from which small chunks and those of others come", async () => {
    const others = Buffer.from("somebody else's");
    const small = [
      Buffer.from("one"),
      Buffer.from("two"),
      packet(100_000, 1),
      Buffer.from("three"),
      packet(100_000, 2),
    ];
    for await (const _ of released(given(...small)));
    expect([others, small[0], small[3]].map(String)).toEqual(["somebody else's", "one", "three"]);
  });
});

import { existsSync, mkdtempDisposableSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { registerSecret } from "../secrets.ts";
import { AttemptLog, LOG_LIMIT } from "./attempt-log.ts";

/** A log in a temporary state folder. */
function fixture() {
  const state = mkdtempDisposableSync(join(tmpdir(), "attempt-log-"));
  const log = new AttemptLog(state.path, "run-1", "train-big", "attempt-1");
  const file = join(state.path, log.path);
  return { log, file, text: () => readFileSync(file, "utf8"), [Symbol.dispose]: () => state.remove() };
}

describe("AttemptLog", () => {
  it("is a file named by run, instance and attempt, opened when it is first written to", () => {
    using f = fixture();
    expect(f.log.path).toBe("logs/run-1/train-big.attempt-1.log");
    expect([f.log.used, existsSync(f.file)]).toEqual([false, false]);
    f.log.write("first\n");
    expect([f.log.used, f.text()]).toEqual([true, "first\n"]);
  });

  it("does not exist when nothing was written", () => {
    using f = fixture();
    f.log.close();
    expect([f.log.used, existsSync(f.file)]).toEqual([false, false]);
  });

  it("J05 can be read by its owner alone", () => {
    using f = fixture();
    f.log.write("a line\n");
    expect(statSync(f.file).mode & 0o777).toBe(0o600);
    expect(statSync(join(f.file, "..")).mode & 0o777).toBe(0o700);
  });

  it("J04 holds no secret, and gives back what may be shown", () => {
    using f = fixture();
    registerSecret("hunter2-hunter2");
    expect(f.log.write("login hunter2-hunter2 glpat-abcdefghijklmnop\n")).toBe("login *** ***\n");
    expect(f.text()).toBe("login *** ***\n");
  });

  it("J04 holds no secret that was written in two pieces, and gives the rest back when it is flushed or closed", () => {
    using f = fixture();
    registerSecret("hunter2-hunter2");
    expect([f.log.write("login hunter2-"), f.log.write(Buffer.from("hunter2 hunt"))]).toEqual(["login ", "*** "]);
    expect([f.log.flush(), f.text()]).toEqual(["hunt", "login *** hunt"]);
    f.log.write(" hunter2-");
    f.log.close();
    expect(f.text()).toBe("login *** hunt hunter2-");
  });

  it("keeps a letter whose bytes come in two pieces", () => {
    using f = fixture();
    const bytes = Buffer.from("é\n");
    expect([f.log.write(bytes.subarray(0, 1)), f.log.write(bytes.subarray(1))]).toEqual(["", "é\n"]);
  });

  it("B07 keeps its first 16 MiB, gives nothing of the rest to be shown, and says how much was dropped", () => {
    using f = fixture();
    const chunk = `${"x".repeat(1024 * 1024 - 1)}\n`;
    for (let i = 0; i < 15; i++) f.log.write(chunk);
    f.log.write("y".repeat(1024 * 1024 + 10));
    expect(f.log.write("later\n")).toBe("");
    f.log.close();
    const text = f.text();
    expect(text.slice(0, LOG_LIMIT)).toBe(chunk.repeat(15) + "y".repeat(1024 * 1024));
    expect(text.slice(LOG_LIMIT)).toBe(`\n[the log is full at ${LOG_LIMIT} bytes; 16 more were dropped]\n`);
  });

  it("B07 keeps the beginning of a single text that is too large", () => {
    using f = fixture();
    f.log.write("z".repeat(LOG_LIMIT + 5));
    f.log.close();
    expect(f.text()).toBe(`${"z".repeat(LOG_LIMIT)}\n[the log is full at ${LOG_LIMIT} bytes; 5 more were dropped]\n`);
  });

  it("does not write after it was closed, when its file may be another one's", () => {
    using f = fixture();
    f.log.write("before\n");
    f.log.close();
    f.log.write("after\n");
    f.log.close();
    expect(f.text()).toBe("before\n");
  });
});

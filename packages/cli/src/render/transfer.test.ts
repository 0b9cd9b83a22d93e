import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { capturedIo } from "../captured-io.fixture.ts";
import { transferView, type Clock } from "./transfer.ts";

/** A clock that stands still until it is told how many seconds have passed. */
function standingClock(): Clock & { pass(seconds: number): void } {
  let now = 1_000_000;
  const timers = new Set<{ readonly every: number; readonly act: () => void; due: number }>();
  return {
    now: () => now,
    every: (every, act) => {
      const timer = { every, act, due: now + every };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass: (seconds) => {
      const until = now + seconds * 1000;
      while ([...timers].some(({ due }) => due <= until)) {
        for (const timer of timers) {
          if (timer.due > until) continue;
          now = timer.due;
          timer.due += timer.every;
          timer.act();
        }
      }
      now = until;
    },
  };
}

const MiB = 1024 ** 2;

/** A view of a transfer of 100 MiB, and what it has shown. */
async function viewOf(options: Parameters<typeof capturedIo>[0] = {}) {
  const io = capturedIo(options);
  const clock = standingClock();
  const view = await transferView(io, "penguins", clock);
  const at = (done: number, total = 100) => view.take({ step: "uploading", bytes: done * MiB, total: total * MiB });
  const seconds = (count: number, rate: number, from: number) => {
    for (let second = 0; second < count; second++) {
      at(from + second * rate);
      clock.pass(1);
    }
  };
  return { io, clock, view, at, seconds };
}

describe("a transfer where lines cannot be redrawn", () => {
  it("is a line every ten seconds with what moved, the rate and the time that is left", async () => {
    const { io, view, seconds } = await viewOf();
    seconds(25, 2, 0);
    view.stop();
    expect(io.said).toEqual({
      stdout: "",
      stderr:
        "uploading penguins: 18.0 MiB of 100.0 MiB, 18 %, 1.6 MiB/s, 52 s left\n" +
        "uploading penguins: 38.0 MiB of 100.0 MiB, 38 %, 1.6 MiB/s, 39 s left\n",
    });
  });

  it("says nothing when it is done sooner, and nothing once it has stopped", async () => {
    const { io, view, clock, seconds } = await viewOf();
    seconds(9, 2, 0);
    view.stop();
    clock.pass(60);
    expect(io.said.stderr).toBe("");
  });

  it("says that nothing moves any more", async () => {
    const { io, clock, at } = await viewOf();
    at(0);
    clock.pass(1);
    at(10);
    clock.pass(9.5);
    expect(io.said.stderr).toBe("uploading penguins: 10.0 MiB of 100.0 MiB, 10 %, waiting\n");
  });

  it("begins anew with each step", async () => {
    const { io, clock, view, seconds } = await viewOf();
    seconds(9, 10, 0);
    view.take({ step: "downloading", bytes: 0, total: 3600 * MiB });
    clock.pass(0.5);
    view.take({ step: "downloading", bytes: MiB / 2, total: 3600 * MiB });
    clock.pass(1);
    expect(io.said.stderr).toBe("downloading penguins: 512.0 KiB of 3.5 GiB, 0 %, 512.0 KiB/s, 1 h 59 min left\n");
  });

  it("goes with a transfer of nothing, and with one that has not begun", async () => {
    const { io, clock, at } = await viewOf();
    clock.pass(10);
    at(0, 0);
    clock.pass(10);
    expect(io.said.stderr).toBe("uploading penguins: 0 B of 0 B, 0 %, waiting\n");
  });
});

describe("a transfer on a terminal", () => {
  const last = (stderr: string) => stripVTControlCharacters(stderr).trimEnd().split("\n").at(-1);

  it("is a bar with what moved, the rate and the time that is left", async () => {
    const { io, seconds } = await viewOf({ columns: 120 });
    seconds(6, 10, 0);
    expect(last(io.said.stderr)).toBe(
      `uploading penguins  ${"█".repeat(15)}${"░".repeat(15)}  50.0 MiB of 100.0 MiB  50 %  8.0 MiB/s  7 s left`,
    );
  });

  it.each([
    [100, `uploading penguins  ${"█".repeat(15)}${"░".repeat(14)}  50.0 MiB of 100.0 MiB  50 %  8.0 MiB/s  7 s left`],
    [80, "uploading penguins  █████░░░░  50.0 MiB of 100.0 MiB  50 %  8.0 MiB/s  7 s left"],
    [78, "uploading penguins  50.0 MiB of 100.0 MiB  50 %  8.0 MiB/s  7 s left"],
    [64, "uploading  50.0 MiB of 100.0 MiB  50 %  8.0 MiB/s  7 s left"],
  ])("fits into %i columns", async (columns, line) => {
    const { io, seconds } = await viewOf({ columns });
    seconds(6, 10, 0);
    expect(last(io.said.stderr)).toBe(line);
    expect(line.length).toBeLessThan(columns);
  });

  it("is not shown for what is done at once", async () => {
    const { io, clock, view, at } = await viewOf({ columns: 120 });
    at(0);
    clock.pass(0.4);
    at(100);
    view.stop();
    expect(stripVTControlCharacters(io.said.stderr)).toBe("");
  });

  it("leaves nothing behind when it stops", async () => {
    const { io, view, seconds } = await viewOf({ columns: 120 });
    seconds(2, 10, 0);
    const before = io.said.stderr.length;
    view.stop();
    expect(io.said.stderr.slice(before)).toContain("\u001b[2K");
    expect(stripVTControlCharacters(io.said.stderr.slice(before)).trim()).toBe("");
  });
});

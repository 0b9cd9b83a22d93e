import { expect, it } from "vitest";
import type { Stack } from "../stack/stack.ts";
import { openedOnDemand } from "./with-stack.ts";

/** Stacks that count how often they are opened and closed. */
function counting() {
  const count = { opened: 0, closed: 0 };
  const open = async () => {
    count.opened++;
    return { [Symbol.asyncDispose]: async () => void count.closed++ } as unknown as Stack;
  };
  return { count, withStack: openedOnDemand(open) };
}

it("opens nothing before it is used, and closes when nobody uses it any more", async () => {
  const { count, withStack } = counting();
  expect(count).toEqual({ opened: 0, closed: 0 });
  expect(await withStack(async () => ({ ...count }))).toEqual({ opened: 1, closed: 0 });
  expect(count).toEqual({ opened: 1, closed: 1 });
});

it("is open once for all who use it at the same time, and opens again later", async () => {
  const { count, withStack } = counting();
  await Promise.all([1, 2, 3].map(() => withStack(async () => {})));
  expect(count).toEqual({ opened: 1, closed: 1 });
  await withStack(async () => {});
  expect(count).toEqual({ opened: 2, closed: 2 });
});

it("closes when what used it failed", async () => {
  const { count, withStack } = counting();
  await expect(withStack(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(count).toEqual({ opened: 1, closed: 1 });
});

it("tells everybody why it cannot be opened, and tries again", async () => {
  let tries = 0;
  const withStack = openedOnDemand(() => Promise.reject(new Error(`no stack ${++tries}`)));
  await expect(Promise.all([withStack(async () => {}), withStack(async () => {})])).rejects.toThrow("no stack 1");
  await expect(withStack(async () => {})).rejects.toThrow("no stack 2");
});

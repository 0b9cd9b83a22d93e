import type { Stack } from "../stack/stack.ts";

/** Does something with a stack that is open while it lasts. */
export type WithStack = <T>(work: (stack: Stack) => Promise<T>) => Promise<T>;

/**
 * Opens a stack when it is needed, and disposes of it when nobody uses it any more: what is read of a run later opens it again, and a
 * script that forgets about it simply ends.
 */
export function openedOnDemand(open: () => Promise<Stack>): WithStack {
  let opened: Promise<Stack> | undefined;
  let users = 0;
  return async (work) => {
    users++;
    opened ??= open();
    const mine = opened;
    try {
      return await work(await mine);
    } finally {
      if (--users === 0) {
        opened = undefined;
        // One that did not open has been reported above.
        await mine.then(
          (stack) => stack[Symbol.asyncDispose](),
          () => undefined,
        );
      }
    }
  };
}

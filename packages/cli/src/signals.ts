import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM"] as const;

export interface SignalWatch {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal came. */
  readonly exitCode: number | undefined;
  dispose(): void;
}

/** Turns the first signal into an abort, so that bookkeeping can be finished; the second ends the process at once. */
export function onSignal(): SignalWatch {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const listeners = signals.map((signal) => {
    const listener = () => {
      const code = 128 + constants.signals[signal];
      if (exitCode !== undefined) process.exit(code);
      exitCode = code;
      controller.abort(`${signal} received`);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    dispose() {
      for (const { signal, listener } of listeners) process.off(signal, listener);
    },
  };
}

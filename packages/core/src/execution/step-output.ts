import { AsyncLocalStorage } from "node:async_hooks";
import { messageOf, StackError } from "../errors.ts";
import { maskSecrets } from "../secrets.ts";
import type { AttemptLog } from "./attempt-log.ts";
import { toErrorRecord } from "./error-record.ts";

// Steps run in this process and share its stdout and stderr. What a body prints belongs to its attempt's log; on the terminal it goes to
// stderr, since stdout is for the command's own data.

/** Told what a step prints, to show it. */
export type PrintListener = (instance: string, text: string) => void;

interface StepIo {
  readonly instance: string;
  readonly log: AttemptLog;
  readonly onPrint: PrintListener | undefined;
}

interface Scope extends StepIo {
  readonly fail: (error: unknown) => void;
}

const scopes = new AsyncLocalStorage<Scope>();
const running = new Set<Scope>();
let restore: (() => void) | undefined;

/** Told what fails after the step that had started it has ended. Nobody is left to tell once that is over, too. */
interface Conductor {
  readonly fail: (error: StackError) => void;
  over: boolean;
}

const conductors = new AsyncLocalStorage<Conductor>();
let listening = 0;

/** Runs what runs steps. It fails when something fails that a step had started and not waited for. */
export async function withLateFailures<T>(work: () => Promise<T>): Promise<T> {
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const conductor: Conductor = { fail, over: false };
  const ignore = listen();
  try {
    return await Promise.race([conductors.run(conductor, work), failed]);
  } finally {
    conductor.over = true;
    ignore();
  }
}

/**
 * Runs a step's body so that what it prints, in callbacks too, goes to its log, and so that it cannot end the process: what a callback of
 * it throws, which nobody can catch, fails the step, and so does waiting for what can no longer happen.
 */
export async function withStepOutput<T>(io: StepIo, body: () => Promise<T>): Promise<T> {
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const scope: Scope = { ...io, fail };
  if (running.size === 0) restore = divert();
  running.add(scope);
  try {
    return await Promise.race([scopes.run(scope, body), failed]);
  } finally {
    show(scope, scope.log.flush());
    running.delete(scope);
    if (running.size === 0) restore?.();
  }
}

/** Passes on what a step said, if anything. The listener prints it, which must not count as printed by the step. */
export function show({ instance, onPrint }: Pick<StepIo, "instance" | "onPrint">, text: string): void {
  if (onPrint !== undefined && text !== "") scopes.exit(() => onPrint(instance, maskSecrets(text)));
}

function onUncaught(error: unknown): void {
  const scope = scopes.getStore();
  if (scope !== undefined && running.has(scope)) {
    scope.fail(error);
    return;
  }
  const conductor = conductors.getStore();
  if (scope !== undefined && conductor?.over === false) {
    conductor.fail(lateFailure(scope, error));
    return;
  }
  // Not a step's, or of a run that is over: as if nobody listened here.
  process.off("uncaughtException", onUncaught);
  process.nextTick(() => {
    throw error;
  });
}

function lateFailure({ instance }: Scope, error: unknown): StackError {
  const { at } = toErrorRecord(error);
  const message = `Step ${instance} had ended, but something it had started failed: ${messageOf(error)}`;
  return new StackError("STEP_FAILED", at === undefined ? message : `${message}\n  at ${at}`, {
    hint: "Await everything that the step's body starts.",
    cause: error,
  });
}

function onIdle(): void {
  for (const { instance, fail } of running) {
    const message = `Step ${instance} waits for something that can no longer happen: nothing is left that could wake it.`;
    fail(new StackError("STEP_FAILED", message, { hint: "Look for a promise that nothing resolves." }));
  }
}

function listen(): () => void {
  if (listening++ === 0) {
    process.on("uncaughtException", onUncaught);
    process.on("beforeExit", onIdle);
  }
  return () => {
    if (--listening > 0) return;
    process.off("uncaughtException", onUncaught);
    process.off("beforeExit", onIdle);
  };
}

function divert(): () => void {
  const { stdout, stderr } = process;
  // Put back as they were, and called on their own streams.
  // oxlint-disable-next-line typescript/unbound-method
  const original = { out: stdout.write, err: stderr.write, exit: process.exit };
  const diverting = (write: typeof stdout.write): typeof stdout.write =>
    function diverted(this: NodeJS.WriteStream, chunk: string | Uint8Array, ...rest: unknown[]): boolean {
      const scope = scopes.getStore();
      // The original's overloads, passed on as they came.
      if (scope === undefined) return (write as (...args: unknown[]) => boolean).call(this, chunk, ...rest);
      show(scope, scope.log.write(chunk));
      const done = rest.at(-1);
      if (typeof done === "function") process.nextTick(done);
      return true;
    };
  stdout.write = diverting(original.out);
  stderr.write = diverting(original.err);
  process.exit = (code) => {
    const scope = scopes.getStore();
    if (scope === undefined) return original.exit.call(process, code);
    throw new StackError("STEP_EXITED", `Step ${scope.instance} ended the process (process.exit(${code ?? ""})).`, {
      hint: "Return from the step's body, or throw an error.",
    });
  };
  const ignore = listen();
  return () => {
    ignore();
    stdout.write = original.out;
    stderr.write = original.err;
    process.exit = original.exit;
  };
}

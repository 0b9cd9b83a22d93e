import { AsyncLocalStorage } from "node:async_hooks";
import { StackError } from "../errors.ts";
import { maskSecrets } from "../secrets.ts";
import type { AttemptLog } from "./attempt-log.ts";

// Steps run in this process and share its stdout and stderr. What a body prints belongs to its attempt's log; on the terminal it goes to
// stderr, since stdout is for the command's own data.

/** Told what a step prints, to show it. */
export type PrintListener = (instance: string, text: string) => void;

interface Scope {
  readonly instance: string;
  readonly log: AttemptLog;
  readonly onPrint: PrintListener | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();
let users = 0;
let restore: (() => void) | undefined;

/** Runs a step's body so that what it prints, in callbacks too, goes to its log, and so that it cannot end the process. */
export async function withStepOutput<T>(scope: Scope, body: () => Promise<T>): Promise<T> {
  if (users++ === 0) restore = divert();
  try {
    return await scopes.run(scope, body);
  } finally {
    if (--users === 0) restore?.();
  }
}

/** Passes on what a step said. The listener prints it, which must not count as printed by the step. */
export function show({ instance, onPrint }: Pick<Scope, "instance" | "onPrint">, text: string): void {
  if (onPrint !== undefined) scopes.exit(() => onPrint(instance, maskSecrets(text)));
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
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      scope.log.write(text);
      show(scope, text);
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
  return () => {
    stdout.write = original.out;
    stderr.write = original.err;
    process.exit = original.exit;
  };
}

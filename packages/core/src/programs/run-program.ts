import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { StackError } from "../errors.ts";
import { endGroup, endGroupWithThisProcess, inOwnGroup, isGroupAlive } from "../platform.ts";
import { LastLines, PrintedLines } from "./printed-lines.ts";

/** How long the pipes of a program that has ended may stay open: what holds them has left its group. In milliseconds. */
const PIPES_MS = 1000;
const POLL_MS = 50;

/** A program to be run. */
export interface Program {
  /** The program, found in the PATH of `env` if it has no slash, and its arguments. No shell looks at them. */
  readonly argv: readonly string[];
  readonly folder: string;
  /** All that it is given: nothing of this process's environment is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Given what it prints, in whole lines. */
  readonly print: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
  /** In seconds. Default: as long as it takes. */
  readonly timeout?: number | undefined;
  /** In seconds, from being asked to end to being ended. */
  readonly grace: number;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly exit: number | NodeJS.Signals;
  readonly timedOut: boolean;
  /** The end of what it wrote to stderr. */
  readonly lastLines: string;
}

/**
 * Runs a program in a process group of its own, and returns when nothing of that group is left, however it ends.
 *
 * @throws the signal's reason once it is aborted and the group is gone; PROGRAM_NOT_FOUND, PROGRAM_FAILED when it cannot be started
 */
export async function runProgram(program: Program): Promise<ProgramEnd> {
  program.signal.throwIfAborted();
  const child = start(program);
  const pid = child.pid ?? (await notStarted(child, program));
  const disarm = endGroupWithThisProcess(pid);
  const stop = new Stop(pid, program);
  const lines = new LastLines();
  const closed = Promise.all([pass(child.stdout, program, stop), pass(child.stderr, program, stop, lines)]);
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    await stop.endRest();
    await closedSoon(closed, child);
    program.signal.throwIfAborted();
    if (stop.failure !== undefined) throw stop.failure.error;
    return { exit: code ?? signal!, timedOut: stop.timedOut, lastLines: lines.text(20) };
  } finally {
    stop.dispose();
    disarm();
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start({ argv: [name = "", ...args], folder, env }: Program): Child {
  if (!existsSync(folder)) {
    throw new StackError("PROGRAM_FAILED", `${name} cannot be run in ${folder}: there is no such folder.`);
  }
  try {
    return spawn(name, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], ...inOwnGroup });
  } catch (error) {
    // Some reasons are thrown, others come as an event.
    throw whyNot(name, env, error as NodeJS.ErrnoException);
  }
}

/** Throws why there is no process. */
async function notStarted(child: Child, { argv: [name = ""], env }: Program): Promise<never> {
  const [error] = (await once(child, "error")) as [NodeJS.ErrnoException];
  throw whyNot(name, env, error);
}

function whyNot(name: string, env: Program["env"], error: NodeJS.ErrnoException): StackError {
  if (error.code !== "ENOENT") {
    const why = error.code === "EACCES" ? "it may not be executed" : error.message;
    const hint = error.code === "EACCES" ? { hint: `Make it executable: chmod +x ${name}` } : {};
    return new StackError("PROGRAM_FAILED", `${name} cannot be run: ${why}.`, { ...hint, cause: error });
  }
  if (existsSync(name)) {
    return new StackError(
      "PROGRAM_NOT_FOUND",
      `${name} cannot be run: the interpreter that its first line names is not there.`,
      {
        cause: error,
      },
    );
  }
  const isPath = /[/\\]/.test(name);
  return new StackError(
    "PROGRAM_NOT_FOUND",
    isPath ? `There is no program ${name}.` : `${name} was not found in PATH.`,
    {
      hint: isPath
        ? "Mend the path: a relative one starts at the folder that the program is run in."
        : `${howToInstall(name)}, or give its path instead of its name. PATH is ${env["PATH"] ?? "not set"}`,
      cause: error,
    },
  );
}

function howToInstall(name: string): string {
  return /^python[\d.]*$/.test(name)
    ? "Install Python (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python; else python.org)"
    : `Install ${name}`;
}

/** Asks a program's group to end when the run is cancelled or the time is up, and ends it when it does not. */
class Stop {
  readonly #pid: number;
  readonly #program: Program;
  readonly #timer: NodeJS.Timeout | undefined;
  #deadline: number | undefined;
  #last: NodeJS.Timeout | undefined;
  timedOut = false;
  /** What kept this process from going on. */
  failure: { readonly error: unknown } | undefined;

  constructor(pid: number, program: Program) {
    this.#pid = pid;
    this.#program = program;
    const { signal, timeout } = program;
    signal.addEventListener("abort", this.#end, { once: true });
    if (signal.aborted) this.#end();
    this.#timer = timeout === undefined ? undefined : setTimeout(() => this.#timeUp(), timeout * 1000);
  }

  fail(error: unknown): void {
    this.failure ??= { error };
    endGroup(this.#pid, "SIGKILL");
  }

  /** Once the program has ended: what it left running would hold its pipes open, and go on unseen. */
  async endRest(): Promise<void> {
    // What was asked to end may take its time for it, though its parent took less.
    while (this.#deadline !== undefined && performance.now() < this.#deadline && isGroupAlive(this.#pid)) {
      await sleep(POLL_MS);
    }
    endGroup(this.#pid, "SIGKILL");
  }

  dispose(): void {
    this.#program.signal.removeEventListener("abort", this.#end);
    clearTimeout(this.#timer);
    clearTimeout(this.#last);
  }

  #timeUp(): void {
    this.timedOut = true;
    this.#end();
  }

  readonly #end = (): void => {
    const grace = this.#program.grace * 1000;
    endGroup(this.#pid, "SIGTERM");
    this.#deadline ??= performance.now() + grace;
    this.#last ??= setTimeout(() => endGroup(this.#pid, "SIGKILL"), grace);
  };
}

/** Reads as fast as `print` takes it: the program waits meanwhile. */
async function pass(stream: Readable, { print }: Program, stop: Stop, lines?: LastLines): Promise<void> {
  const printed = new PrintedLines(print);
  const orFail = (act: () => void) => {
    try {
      if (stop.failure === undefined) act();
    } catch (error) {
      stop.fail(error);
    }
  };
  stream.on("data", (chunk: Buffer) => {
    lines?.push(chunk);
    orFail(() => printed.push(chunk));
  });
  // It closes after an error, too.
  stream.on("error", (error) => stop.fail(error));
  await new Promise((resolve) => stream.once("close", resolve));
  orFail(() => printed.end());
}

async function closedSoon(closed: Promise<unknown>, { stdout, stderr }: Child): Promise<void> {
  // By then all that was in the pipes is read, even if this process was busy: reading comes between a timer and setImmediate.
  const timer = setTimeout(() => {
    setImmediate(() => {
      stdout.destroy();
      stderr.destroy();
    });
  }, PIPES_MS);
  await closed;
  clearTimeout(timer);
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { main } from "../../packages/cli/src/main.ts";
import { keepOutput } from "./kept.ts";
import { userEnvironment } from "./packed-project.ts";
import { plantedVariables } from "./planted.ts";

/** The command's launcher, as `npx stack` finds it. */
export const launcher = join(import.meta.dirname, "..", "..", "packages", "cli", "bin", "stack.js");

/** How a call of the command went. */
export interface Outcome {
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of node before the launcher. */
  readonly node?: readonly string[];
  /** Another program than this Node. */
  readonly program?: string;
  readonly launcher?: string;
  /** Starts it in a process group of its own, and `kill` sends its signals to the whole group, as a terminal does. */
  readonly group?: boolean;
}

/** Runs the command in a process of its own, without a terminal, and waits for its end. */
export function stack(folder: string, argv: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  return startStack(folder, argv, options).ended;
}

/** A command that is going on. */
export interface RunningCommand {
  readonly ended: Promise<Outcome>;
  /** Resolves when stdout or stderr holds the text. Rejects when the command ends without it. */
  said(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Closes the pipes that it writes to. */
  hangUp(): void;
}

/** Starts the command in a process of its own. */
export function startStack(folder: string, argv: readonly string[], options: CallOptions = {}): RunningCommand {
  const { program = process.execPath, node = [] } = options;
  const child = spawn(program, [...node, options.launcher ?? launcher, ...argv], {
    cwd: folder,
    env: { ...userEnvironment, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: options.group === true,
  });
  const said = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      keepOutput(said.stdout, said.stderr);
      resolve({ exit: code ?? signal ?? "none", ...said });
    });
  });
  return {
    ended,
    kill: (signal) => (options.group === true ? process.kill(-child.pid!, signal) : child.kill(signal)),
    hangUp: () => {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!(said.stdout + said.stderr).includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(({ stderr }) => reject(new Error(`it ended without saying "${text}":\n${stderr}`)));
      }),
  };
}

export interface InProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Columns of the terminal that it believes to have. Default: none, as in a pipe. */
  readonly terminal?: number;
}

/** Calls the command's `main` in this process, which takes a fraction of a process of its own. */
export async function call(folder: string, argv: readonly string[], options: InProcessOptions = {}): Promise<Outcome> {
  const said = { stdout: "", stderr: "" };
  const output = (name: keyof typeof said) => ({
    write: (text: string) => (said[name] += text),
    ...(options.terminal === undefined ? {} : { isTTY: true, columns: options.terminal }),
  });
  const exit = await main(argv, {
    stdout: output("stdout"),
    stderr: output("stderr"),
    stdin: { isTTY: options.terminal !== undefined },
    env: { ...plantedVariables, ...options.env },
    cwd: () => folder,
  });
  keepOutput(said.stdout, said.stderr);
  return { exit, ...said };
}

/** What a command printed, if it went well. */
export async function succeeded(outcome: Promise<Outcome>): Promise<Outcome> {
  const { exit, stderr } = await outcome;
  if (exit !== 0) throw new Error(`exit ${exit}: ${stderr}`);
  return outcome;
}

/** What `--json` printed. */
export async function json<T = unknown>(outcome: Promise<Outcome>): Promise<T> {
  return JSON.parse((await succeeded(outcome)).stdout) as T;
}

/** Whether a text has bytes that steer a terminal. */
export function steersTerminal(text: string): boolean {
  return stripVTControlCharacters(text) !== text || text.includes("\u001b") || text.includes("\r");
}

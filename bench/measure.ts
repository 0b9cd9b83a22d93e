import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");

/** One line of the table: the product's number as a ratio to a floor measured in the same run. */
export interface Row {
  readonly what: string;
  readonly floor: string;
  readonly product: string;
  readonly ratio: number;
  readonly budget: number;
  /** What the budget and ratio count in, when it is not a ratio. */
  readonly unit?: string;
}

/** An empty project on the disk that holds this repository, removed afterwards. */
export async function inProject<T>(act: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(root, ".cache-bench-"));
  writeFileSync(join(folder, "package.json"), '{ "name": "bench", "private": true, "type": "module" }\n');
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a file of so many times 16 MiB that does not compress. */
export function writeRandomFile(path: string, parts: number): void {
  const file = openSync(path, "w");
  for (let i = 0; i < parts; i++) writeSync(file, randomBytes(16 * 1024 * 1024));
  closeSync(file);
}

/** Runs a program of bench/programs in a process of its own and returns the JSON it prints. */
export function runProgram<T>(name: string, folder: string, ...args: readonly (string | number)[]): T {
  const output = execFileSync(process.execPath, [join(import.meta.dirname, "programs", name), ...args.map(String)], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as T;
}

/** Calls measurements in turns, so that what else the machine does hits all of them, and returns the median of each. */
export function interleaved(times: number, measurements: readonly (() => number)[]): number[] {
  const taken = measurements.map((): number[] => []);
  for (let i = 0; i < times; i++) measurements.forEach((measure, j) => taken[j]!.push(measure()));
  return taken.map(median);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Wall time of a whole process, in milliseconds. */
export function processTime(folder: string, command: string, ...args: readonly string[]): number {
  const begun = performance.now();
  const { status } = spawnSync(command, args, { cwd: folder, stdio: "ignore" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${status}`);
  return performance.now() - begun;
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(3)} ms` : `${value.toFixed(0)} ms`;
}

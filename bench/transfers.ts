import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { median, ms, writeRandomFile, type Row } from "./measure.ts";

type Direction = "up" | "down";

/** What a client took for a file, in a process of its own. */
export interface Moved {
  readonly milliseconds: number;
  readonly extraMegabytes: number;
}

/** A server that takes and gives files. */
export interface Transfers {
  /** As in "through an MLflow server". */
  readonly through: string;
  /** Where curl puts the file, and gets it. */
  readonly address: string;
  readonly headers?: readonly string[];
  /** Moves the file with the client that is measured. */
  readonly move: (direction: Direction, file: string) => Moved;
  /** How many times as long as curl a download may take, where the server is faster than a client in Node can be. */
  readonly downBudget?: number;
  /** Moves it with another client, which downloads into a folder, and says in how many milliseconds. */
  readonly other?: { readonly name: string; readonly move: (direction: Direction, path: string) => number };
}

/** At least 0.9 times as fast. */
const BUDGET = 1.11;

/** 1 GiB up and down, beside curl and another client, in turns. */
export function transferRows(
  folder: string,
  { through, address, headers = [], move, other, downBudget = BUDGET }: Transfers,
): Row[] {
  const file = join(folder, "large.bin");
  const back = join(folder, "back.bin");
  writeRandomFile(file, 64);
  const options = headers.flatMap((header) => ["-H", header]);
  const taken = { up: [] as Moved[], down: [] as Moved[] };
  const bare = { up: [] as number[], down: [] as number[] };
  const others = { up: [] as number[], down: [] as number[] };
  for (let i = 0; i < 5; i++) {
    bare.up.push(curl(...options, "-T", file, address));
    taken.up.push(move("up", file));
    if (other !== undefined) others.up.push(other.move("up", file));
    bare.down.push(curl(...options, "-o", back, address));
    rmSync(back);
    taken.down.push(move("down", back));
    if (statSync(back).size !== 2 ** 30) throw new Error("The file came back with another size.");
    rmSync(back);
    mkdirSync(back);
    if (other !== undefined) others.down.push(other.move("down", back));
    rmSync(back, { recursive: true });
  }
  return (["up", "down"] as const).flatMap((direction) => {
    const time = median(taken[direction].map(({ milliseconds }) => milliseconds));
    const extra = median(taken[direction].map(({ extraMegabytes }) => extraMegabytes));
    return [
      ...besides(`${direction === "up" ? "uploading" : "downloading"} 1 GiB ${through}`, time, [
        ["curl", median(bare[direction]), direction === "up" ? BUDGET : downBudget],
        ...(other === undefined ? [] : ([[other.name, median(others[direction]), BUDGET]] as const)),
      ]),
      {
        what: "extra memory for it",
        floor: "-",
        product: `${extra.toFixed(0)} MiB`,
        ratio: extra,
        budget: 64,
        unit: "MiB",
      },
    ];
  });
}

/** A row for each of what a time is measured beside: its name, its time in milliseconds, and how many times as long is allowed. */
export function besides(
  what: string,
  product: number,
  floors: readonly (readonly [name: string, milliseconds: number, budget: number])[],
): Row[] {
  return floors.map(([to, floor, budget]) => ({
    what: `${what}, to ${to}`,
    floor: ms(floor),
    product: ms(product),
    ratio: product / floor,
    budget,
  }));
}

/** How long curl takes, in milliseconds. */
export function curl(...args: readonly string[]): number {
  const begun = performance.now();
  execFileSync("curl", ["--silent", "--fail", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  return performance.now() - begun;
}

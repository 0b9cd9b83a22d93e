import { join } from "node:path";
import { inProject, interleaved, ms, processTime, root, runProgram, type Row } from "./measure.ts";

const stack = join(root, "packages", "cli", "bin", "stack.js");
const search = ["--filter", "metrics.acc > 0.9", "--sort", "metrics.acc DESC"];

/** How long it takes to find the best of many tracked runs, beside bare SQL for the same rows; and the command, beside one that searches nothing. */
export function searchRows(): Promise<Row[]> {
  return inProject((folder) => {
    runProgram("tracked-runs.ts", folder, 100_000);
    const { bare, product } = runProgram<{ bare: number; product: number }>("search-runs.ts", folder);
    const list = (...args: string[]) => processTime(folder, process.execPath, stack, "runs", "list", ...args);
    // Once before, so that the compile cache is there, as it is for anybody's second call.
    list(...search);
    const [plain, searched] = interleaved(21, [() => list(), () => list(...search)]) as [number, number];
    const row = (what: string, floor: number, taken: number, budget: number): Row => ({
      what,
      floor: ms(floor),
      product: ms(taken),
      ratio: taken / floor,
      budget,
    });
    return [
      row("finding the 50 best of 100,000 tracked runs by a filter, to bare SQL that reads the same", bare, product, 3),
      row(`stack runs list --filter … --sort … of them, to stack runs list`, plain, searched, 2),
    ];
  });
}

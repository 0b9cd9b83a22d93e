import { join } from "node:path";
import { inProject, interleaved, ms, processTime, root, runProgram, type Row } from "./measure.ts";

const stack = join(root, "packages", "cli", "bin", "stack.js");
// JavaScript, since stripping types would be counted as part of the floor.
const floor = join(import.meta.dirname, "programs", "floor-search.js");

/** How long it takes to find the best of many tracked runs, beside a bare program that asks the same database for the same rows. */
export function searchRows(): Promise<Row[]> {
  return inProject((folder) => {
    runProgram("tracked-runs.ts", folder, 100_000);
    const args = ["runs", "list", "--filter", "metrics.acc > 0.9", "--sort", "metrics.acc DESC"];
    const search = () => processTime(folder, process.execPath, stack, ...args);
    // Once before, so that the compile cache is there, as it is for anybody's second call.
    search();
    const [bare, product] = interleaved(21, [() => processTime(folder, process.execPath, floor), search]);
    return [
      {
        what: `stack runs list --filter "metrics.acc > 0.9" --sort "metrics.acc DESC", 100,000 tracked runs stored, to the bare SQL`,
        floor: ms(bare!),
        product: ms(product!),
        ratio: product! / bare!,
        budget: 3,
      },
    ];
  });
}

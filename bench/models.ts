import { join } from "node:path";
import { inProject, interleaved, ms, processTime, root, writeRandomFile, type Row } from "./measure.ts";

const stack = join(root, "packages", "cli", "bin", "stack.js");

/** What loading a model that is in the cache costs beside the start of a command that opens the stack: it must not be read again. */
export function modelRows(): Promise<Row[]> {
  return inProject((folder) => {
    writeRandomFile(join(folder, "model.bin"), 64);
    const time = (...args: string[]) => processTime(folder, process.execPath, stack, ...args);
    const load = ["models", "load", "models:/large/latest"] as const;
    time("models", "register", "large", "model.bin");
    // The first one fetches it.
    for (const args of [load, ["show"], ["--version"]]) time(...args);
    const [taken, show, version] = interleaved(21, [
      () => time(...load),
      () => time("show"),
      () => time("--version"),
    ]) as [number, number, number];
    const row = (to: string, floor: number, budget: number): Row => ({
      what: `stack models load of a cached model of 1 GiB, to ${to}`,
      floor: ms(floor),
      product: ms(taken),
      ratio: taken / floor,
      budget,
    });
    return [row("stack show", show, 2), row("stack --version", version, 6)];
  });
}

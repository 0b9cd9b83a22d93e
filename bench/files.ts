import { join } from "node:path";
import { inProject, median, ms, runProgram, writeRandomFile, type Row } from "./measure.ts";

interface Stored {
  readonly milliseconds: number;
  readonly digest: string;
  readonly extraMegabytes: number;
}

/** What storing 1 GiB costs beside reading, hashing, writing and syncing it. */
export function fileRows(): Promise<Row[]> {
  return inProject((folder) => {
    const source = join(folder, "source.bin");
    writeRandomFile(source, 64);
    const bare: number[] = [];
    const stored: Stored[] = [];
    for (let i = 0; i < 3; i++) {
      const floor = runProgram<Stored>("floor-file.ts", folder, source);
      const product = runProgram<Stored>("store-file.ts", folder, source);
      if (floor.digest !== product.digest) throw new Error("the stored digest is another one");
      bare.push(floor.milliseconds);
      stored.push(product);
    }
    const logged = runProgram<Pick<Stored, "extraMegabytes"> & { size: number }>("log-file.ts", folder, source);
    if (logged.size !== 2 ** 30) throw new Error(`the run has ${logged.size} bytes of it`);
    const product = median(stored.map(({ milliseconds }) => milliseconds));
    const extra = median(stored.map(({ extraMegabytes }) => extraMegabytes));
    return [
      {
        what: "storing a file of 1 GiB, to read, sha256, write, fsync",
        floor: ms(median(bare)),
        product: ms(product),
        ratio: product / median(bare),
        budget: 1.2,
      },
      {
        what: "extra memory for it",
        floor: "-",
        product: `${extra.toFixed(0)} MiB`,
        ratio: extra,
        budget: 64,
        unit: "MiB",
      },
      {
        what: "extra memory for logging it to a tracked run",
        floor: "-",
        product: `${logged.extraMegabytes.toFixed(0)} MiB`,
        ratio: logged.extraMegabytes,
        budget: 64,
        unit: "MiB",
      },
    ];
  });
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inProject, interleaved, ms, processTime, root, runProgram, type Row } from "./measure.ts";

const stack = join(root, "packages", "cli", "bin", "stack.js");
const pipeline = `import { artifact, pipeline, step } from "modelstack";
import { z } from "zod";
const only = step({ name: "only", outputs: { n: artifact.json(z.number()) } }, () => ({ n: 1 }));
export default pipeline({ name: "one" }, () => only());
`;

/** How long commands take, beside the start of Node itself. */
export function commandRows(): Promise<Row[]> {
  return inProject((folder) => {
    writeFileSync(join(folder, "one.ts"), pipeline);
    runProgram("many-runs.ts", folder, 10_000);
    const time = (...args: string[]) => processTime(folder, process.execPath, ...args);
    const commands = [
      { what: "stack --version", args: ["--version"], budget: 2 },
      { what: "stack flavor list", args: ["flavor", "list"], budget: 3 },
      { what: "stack runs list, 10,000 runs stored", args: ["runs", "list"], budget: 5 },
      { what: "stack run of a one-step pipeline", args: ["run", "one.ts"], budget: 8 },
    ];
    // Once before, so that the compile cache is there, as it is for anybody's second call.
    for (const { args } of commands) time(stack, ...args);
    const [bare, ...taken] = interleaved(21, [
      () => time("-e", "0"),
      ...commands.map(
        ({ args }) =>
          () =>
            time(stack, ...args),
      ),
    ]);
    return commands.map(({ what, budget }, i) => ({
      what: `${what}, to node -e 0`,
      floor: ms(bare!),
      product: ms(taken[i]!),
      ratio: taken[i]! / bare!,
      budget,
    }));
  });
}

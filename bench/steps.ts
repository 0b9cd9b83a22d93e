import { inProject, median, ms, runProgram, type Row } from "./measure.ts";

interface Timed {
  readonly milliseconds: number;
  readonly megabytes: number;
}

const run = (shape: "chain" | "wide", count: number) =>
  inProject((folder) => runProgram<Timed>("pipeline-run.ts", folder, shape, count));
const floor = (count: number) => inProject((folder) => runProgram<Timed>("floor-transactions.ts", folder, count));

/** What a step costs beside the one durable transaction that it needs at least. */
export async function stepRows(): Promise<Row[]> {
  const taken = { floor: [] as number[], chain: [] as number[], wide: [] as number[], few: [] as number[] };
  for (let i = 0; i < 5; i++) {
    taken.floor.push((await floor(1000)).milliseconds / 1000);
    taken.chain.push((await run("chain", 1000)).milliseconds / 1000);
    taken.wide.push((await run("wide", 1000)).milliseconds / 1000);
    const single = (await run("chain", 1)).milliseconds;
    taken.few.push(((await run("chain", 100)).milliseconds - single) / 99);
  }
  const [bare, chain, wide, few] = [median(taken.floor), median(taken.chain), median(taken.wide), median(taken.few)];
  const many = await run("chain", 10_000);
  // What a run costs by itself, however many steps it has, must not flatter the long one.
  const once = (await run("chain", 1)).milliseconds;
  const each = (many.milliseconds - once) / 9999;
  return [
    {
      what: "a step of a 1,000-step chain, to one durable transaction",
      floor: ms(bare),
      product: ms(chain),
      ratio: chain / bare,
      budget: 3,
    },
    {
      what: "a step of 1,000 independent ones, to one durable transaction",
      floor: ms(bare),
      product: ms(wide),
      ratio: wide / bare,
      budget: 2,
    },
    {
      what: "a step of 10,000 in a chain, to one of 100, without what a run costs by itself",
      floor: ms(few),
      product: ms(each),
      ratio: each / few,
      budget: 1.5,
    },
    {
      what: "memory of the process that runs 10,000 steps",
      floor: "-",
      product: `${many.megabytes.toFixed(0)} MiB`,
      ratio: many.megabytes,
      budget: 250,
      unit: "MiB",
    },
  ];
}

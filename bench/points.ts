import { inProject, median, ms, runProgram, type Row } from "./measure.ts";

interface Logged {
  readonly milliseconds: number;
  readonly extraMegabytes: number;
}

/** Points between two pauses; 0 for a loop that never waits. */
const [never, nowAndThen] = [0, 5000];

const log = (count: number, pause: number) =>
  inProject((folder) => runProgram<Logged>("log-points.ts", folder, count, pause));
const floor = (count: number) =>
  inProject((folder) => runProgram<Pick<Logged, "milliseconds">>("floor-points.ts", folder, count));

/** What logging metric points one by one costs beside inserting equal rows, and how much memory a great many of them take. */
export async function pointRows(): Promise<Row[]> {
  const taken = { floor: [] as number[], product: [] as number[] };
  for (let i = 0; i < 5; i++) {
    taken.floor.push((await floor(100_000)).milliseconds);
    taken.product.push((await log(100_000, never)).milliseconds);
  }
  const [bare, product] = [median(taken.floor), median(taken.product)];
  const memory = await Promise.all([never, nowAndThen].map(async (pause) => log(1_000_000, pause)));
  return [
    {
      what: "logging 100,000 metric points, to inserting equal rows in one transaction",
      floor: ms(bare),
      product: ms(product),
      ratio: product / bare,
      budget: 3,
    },
    ...memory.map(({ extraMegabytes }, i) => ({
      what: `extra memory for 1,000,000 of them, in a loop that ${i === 0 ? "never waits" : "waits now and then"}`,
      floor: "-",
      product: `${extraMegabytes.toFixed(0)} MiB`,
      ratio: extraMegabytes,
      budget: 128,
      unit: "MiB",
    })),
  ];
}

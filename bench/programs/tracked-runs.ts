// Stores so many finished tracked runs, each with a few params, tags and metrics, through the experiment tracker.
import { openStack } from "modelstack";

const count = Number(process.argv[2]);
await using stack = await openStack();
const tracker = (await stack.experimentTracker())!;
const by = { actor: "bench" };
// The same values every time, evenly spread.
const spread = (i: number) => (i * 0.618_033_988_749_895) % 1;
// All that is asked for in one turn shares a transaction.
for (let done = 0; done < count; done += 5000) {
  await Promise.all(
    Array.from({ length: 5000 }, async (_, i) => {
      const place = done + i;
      const startedAt = new Date(1_700_000_000_000 + place);
      const run = await tracker.startRun(
        { experiment: "bench", name: `run-${place}`, tags: { team: "risk" }, startedAt },
        by,
      );
      const point = { step: 0, at: startedAt };
      await Promise.all([
        tracker.logParams(run.id, { lr: String(spread(place)), model: "tree" }),
        tracker.logMetrics(run.id, [
          { key: "acc", value: spread(place), ...point },
          { key: "loss", value: 1 - spread(place), ...point },
        ]),
        tracker.endRun(run.id, "finished", startedAt),
      ]);
    }),
  );
}
process.stdout.write(JSON.stringify({ count }));

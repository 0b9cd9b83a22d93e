// Logs so many points to a run of the built-in stack, one by one, and counts what was stored.
import { openStack, pipeline, runPipeline, step } from "modelstack";

const [count, pause] = [Number(process.argv[2]), Number(process.argv[3])];
let milliseconds = 0;
let before = 0;
const log = step({ name: "log" }, async (_, { tracker }) => {
  before = process.resourceUsage().maxRSS / 1024;
  const begun = performance.now();
  for (let i = 0; i < count; i++) {
    tracker.logMetric("loss", 1 / (i + 1), { step: i });
    // A pause of 0 means that the loop never waits.
    if (pause > 0 && i % pause === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await tracker.flush();
  milliseconds = performance.now() - begun;
});

await using stack = await openStack();
const { runId } = await runPipeline(
  pipeline({ name: "points" }, () => {
    log();
  }),
  { stack },
);
const { trackedRun = "" } = await (await stack.metadataStore()).getRun(runId);
const stored = (await (await stack.experimentTracker())!.metricSummaries(trackedRun))["loss"]?.count;
if (stored !== count) throw new Error(`${stored} points of ${count}`);
process.stdout.write(JSON.stringify({ milliseconds, extraMegabytes: process.resourceUsage().maxRSS / 1024 - before }));

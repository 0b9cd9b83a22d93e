// Runs a pipeline of no-op steps on the built-in stack and counts what it stored.
import { artifact, openStack, optional, pipeline, runPipeline, step, type Handle } from "modelstack";
import { z } from "zod";

const [shape, count] = [process.argv[2], Number(process.argv[3])];
const noop = step(
  { name: "noop", inputs: { before: optional(artifact.json(z.number())) }, outputs: { n: artifact.json(z.number()) } },
  ({ before }) => ({ n: (before ?? 0) + 1 }),
);

const bench = pipeline({ name: "bench" }, () => {
  let last: Handle<number> | undefined;
  for (let i = 0; i < count; i++) {
    const { n } = noop.named(`noop-${i}`)(last === undefined || shape === "wide" ? {} : { before: last });
    last = n;
  }
  return { last: last! };
});

await using stack = await openStack();
const metadata = await stack.metadataStore();
const begun = performance.now();
const { runId, outputs } = await runPipeline(bench, { stack });
const milliseconds = performance.now() - begun;

const attempts = (await metadata.attempts(runId)).filter(({ status }) => status === "succeeded").length;
let stored = 0;
let pageToken: string | undefined;
do {
  const page = await metadata.outputs({ run: runId, ...(pageToken === undefined ? {} : { pageToken }) });
  stored += page.items.length;
  pageToken = page.nextPageToken;
} while (pageToken !== undefined);
const expected = shape === "wide" ? 1 : count;
if (attempts !== count || stored !== count || outputs.last !== expected) {
  throw new Error(`${attempts} attempts and ${stored} outputs of ${count}, the last is ${outputs.last}`);
}
process.stdout.write(JSON.stringify({ milliseconds, megabytes: process.resourceUsage().maxRSS / 1024 }));

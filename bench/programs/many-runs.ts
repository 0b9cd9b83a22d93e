// Stores so many finished runs, through the metadata store.
import { openStack, pipeline, runPipeline, step } from "modelstack";
import { randomUUIDv7 } from "node:crypto";

const count = Number(process.argv[2]);
const one = pipeline({ name: "one" }, () => {
  step({ name: "only" }, () => undefined)();
});
await using stack = await openStack();
const metadata = await stack.metadataStore();
const { runId } = await runPipeline(one, { stack });
const {
  status: _status,
  startedAt: _started,
  finishedAt: _finished,
  trackedRun: _tracked,
  ...run
} = await metadata.getRun(runId);
const plan = await metadata.getPlan(run.plan);
const at = new Date().toISOString();
// All that is asked for in one turn shares a transaction.
for (let done = 0; done < count; done += 500) {
  await Promise.all(
    Array.from({ length: 500 }, async (_, i) => {
      const id = randomUUIDv7();
      const writer = `bench-${i}`;
      await metadata.createRun({ ...run, id, name: `one-${done + i}`, createdAt: at }, plan);
      await metadata.append([
        { kind: "run-started", run: id, writer, seq: 0, at },
        { kind: "run-finished", status: "succeeded", run: id, writer, seq: 1, at },
      ]);
    }),
  );
}
process.stdout.write(JSON.stringify({ count }));

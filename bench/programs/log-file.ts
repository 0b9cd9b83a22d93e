// Logs a file to a run of the built-in stack.
import { openStack } from "modelstack";

await using stack = await openStack();
const tracker = (await stack.experimentTracker())!;
const { id } = await tracker.startRun({ experiment: "bench", name: "file" }, { actor: "bench" });
const before = process.resourceUsage().maxRSS / 1024;
await tracker.logFile(id, "large.bin", { path: process.argv[2]! });
const megabytes = process.resourceUsage().maxRSS / 1024;
const [{ size } = { size: 0 }] = await tracker.listFiles(id);
process.stdout.write(JSON.stringify({ size, extraMegabytes: megabytes - before }));

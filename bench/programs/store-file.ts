// Stores a file as an artifact of the built-in stack.
import { openStack } from "modelstack";

await using stack = await openStack();
const store = await stack.artifactStore();
const before = process.resourceUsage().maxRSS / 1024;
const begun = performance.now();
const { digest, size } = await store.putFile(process.argv[2]!);
const milliseconds = performance.now() - begun;
const megabytes = process.resourceUsage().maxRSS / 1024;
await store.delete(digest);
process.stdout.write(
  JSON.stringify({ milliseconds, size, digest: digest.slice("sha256:".length), extraMegabytes: megabytes - before }),
);

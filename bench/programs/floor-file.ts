// The floor of storing a file: read, sha256, write, fsync, with bare Node.
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";

const source = openSync(process.argv[2]!, "r");
const begun = performance.now();
const target = openSync("floor.bin", "w");
const hash = createHash("sha256");
const buffer = Buffer.allocUnsafe(1024 * 1024);
for (let read = readSync(source, buffer); read > 0; read = readSync(source, buffer)) {
  hash.update(buffer.subarray(0, read));
  writeSync(target, buffer, 0, read);
}
fsyncSync(target);
closeSync(target);
const milliseconds = performance.now() - begun;
unlinkSync("floor.bin");
process.stdout.write(
  JSON.stringify({ milliseconds, digest: hash.digest("hex"), megabytes: process.resourceUsage().maxRSS / 1024 }),
);

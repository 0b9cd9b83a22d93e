import { createHash, randomBytes } from "node:crypto";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { clientOf } from "../client.fixture.ts";
import { misbehaving, refuse, type Answer } from "../misbehaving.fixture.ts";

const MIB = 1024 * 1024;

it("sends a file as it is to a server that reads it slowly", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "mlflow-client-"));
  const file = join(folder.path, "file");
  const bytes = randomBytes(24 * MIB + 7);
  writeFileSync(file, bytes);
  const hash = createHash("sha256");
  const { server, url: slow } = await misbehaving((response) => response.end("{}"));
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    // Between two chunks the socket is full, and the client waits.
    request.on("data", (chunk: Buffer) => {
      hash.update(chunk);
      request.pause();
      setImmediate(() => request.resume());
    });
    request.on("end", () => response.end("{}"));
  });
  await clientOf(slow).artifacts.files("mlflow-artifacts:/1/artifacts").upload("file", { file });
  expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
});

it("G02 sends a file again, and takes back what it told of the first try", async () => {
  const busy: Answer = refuse(503, "TEMPORARILY_UNAVAILABLE");
  const { url, asked } = await misbehaving(busy, (response) => response.end());
  const counts: number[] = [];
  const files = clientOf(url).artifacts.files("mlflow-artifacts:/1/artifacts");
  await files.upload("a", "twelve bytes", { onBytes: (count) => counts.push(count) });
  expect(asked.map(({ body }) => body)).toEqual(["twelve bytes", "twelve bytes"]);
  expect(counts).toEqual([12, -12, 12]);
});

it("G07 does not send a stream again, which is gone", async () => {
  const { url, asked } = await misbehaving(refuse(503, "TEMPORARILY_UNAVAILABLE"));
  async function* stream() {
    yield Buffer.from("once");
  }
  const upload = clientOf(url).artifacts.files("mlflow-artifacts:/1/artifacts").upload("a", stream());
  await expect(upload).rejects.toMatchObject({ status: 503 });
  expect(asked).toHaveLength(1);
});

import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { clientOf, refusal } from "../client.fixture.ts";
import { misbehaving, silence } from "../misbehaving.fixture.ts";

it("G08 waits for whoever reads as long as that takes: the limit is for the server", async () => {
  const bytes = Buffer.alloc(4 * 1024 * 1024, "x");
  const { url } = await misbehaving((response) => response.end(bytes), silence);
  const client = clientOf(url, { timeoutMs: 1000, retries: 0 });
  const chunks = client.artifacts.files("mlflow-artifacts:/1/run/artifacts").download("weights.bin");
  const first = await chunks[Symbol.asyncIterator]().next();
  // Which takes longer than the limit.
  expect(await refusal(client.experiments.get({ experiment_id: "1" }))).toMatchObject({ code: "TIMED_OUT" });
  expect(Buffer.concat([first.value, await buffer(chunks)]).equals(bytes)).toBe(true);
});

import { randomBytes } from "node:crypto";
import { mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { describeWithMlflow } from "../../../../tests/support/mlflow.ts";
import { all, clientOf, refusal } from "../client.fixture.ts";
import { walk } from "./files.ts";

const folderHere = () => mkdtempDisposableSync(join(tmpdir(), "mlflow-client-"));

describeWithMlflow("artifacts of a run", (url) => {
  it("are uploaded, listed, downloaded and deleted", async () => {
    const client = clientOf(url);
    const { run_id, artifact_uri } = (await client.runs.create()).info;
    const files = client.artifacts.files(artifact_uri);
    expect(await all(files.list())).toEqual([]);
    await files.upload("model/a b%+ü.txt", "text");
    await files.upload("model/deep/weights.bin", new Uint8Array([1, 2, 3]));
    await files.upload("empty", "");
    expect(await all(files.list("model"))).toEqual([
      { path: "model/a b%+ü.txt", is_dir: false, file_size: 4 },
      { path: "model/deep", is_dir: true },
    ]);
    expect(await all(client.artifacts.list({ run_id, path: "model" }))).toEqual(await all(files.list("model")));
    const paths = (await all(walk(files))).map(({ path }) => path);
    expect(paths).toEqual(["empty", "model/a b%+ü.txt", "model/deep/weights.bin"]);
    expect((await buffer(files.download("model/a b%+ü.txt"))).toString()).toBe("text");
    expect(await buffer(files.download("empty"))).toHaveLength(0);
    await files.delete("model");
    await files.delete("model");
    expect(await all(walk(files))).toMatchObject([{ path: "empty" }]);
    expect(await refusal(buffer(files.download("model/deep/weights.bin")))).toMatchObject({ kind: "not-found" });
  });

  it("are streamed from and to files, and tell how far they are", async () => {
    using folder = folderHere();
    const client = clientOf(url);
    const files = client.artifacts.files((await client.runs.create()).info.artifact_uri);
    const bytes = randomBytes(19 * 1024 * 1024 + 1);
    writeFileSync(join(folder.path, "up"), bytes);
    const sums = { up: 0, down: 0 };
    await files.upload("big", { file: join(folder.path, "up") }, { onBytes: (count) => (sums.up += count) });
    await files.downloadTo("big", join(folder.path, "down"), { onBytes: (count) => (sums.down += count) });
    expect(sums).toEqual({ up: bytes.length, down: bytes.length });
    expect(readFileSync(join(folder.path, "down")).equals(bytes)).toBe(true);
    expect(readdirSync(folder.path).sort()).toEqual(["down", "up"]);
  });

  it("are uploaded from a stream whose size nobody knows", async () => {
    const client = clientOf(url);
    const files = client.artifacts.files((await client.runs.create()).info.artifact_uri);
    async function* chunks() {
      yield Buffer.from("one ");
      yield Buffer.from("two");
    }
    await files.upload("streamed", chunks());
    expect((await buffer(files.download("streamed"))).toString()).toBe("one two");
  });

  it("stop when the caller wants them to, and leave nothing here", async () => {
    using folder = folderHere();
    const client = clientOf(url);
    const files = client.artifacts.files((await client.runs.create()).info.artifact_uri);
    await files.upload("big", randomBytes(4 * 1024 * 1024));
    const { signal, stop, reason } = stopper();
    const download = files.downloadTo("big", join(folder.path, "down"), { signal, onBytes: stop });
    await expect(download).rejects.toBe(reason);
    expect(readdirSync(folder.path)).toEqual([]);
    const second = stopper();
    const upload = files.upload("other", randomBytes(4 * 1024 * 1024), { signal: second.signal, onBytes: second.stop });
    await expect(upload).rejects.toBe(second.reason);
  });

  it("are not moved in parts or by address by a server that keeps them in a folder", async () => {
    const client = clientOf(url);
    const at = { directory: "0", path: "0/a" };
    const { artifacts } = client;
    const refusals = [
      await refusal(artifacts.createMultipartUpload({ ...at, num_parts: 2 })),
      await refusal(
        artifacts.completeMultipartUpload({ ...at, upload_id: "1", parts: [{ part_number: 1, etag: "e" }] }),
      ),
      await refusal(artifacts.abortMultipartUpload({ ...at, upload_id: "1" })),
      await refusal(artifacts.getPresignedDownload({ path: "0/a" })),
    ];
    expect(refusals.map(({ kind }) => kind)).toEqual(refusals.map(() => "unsupported"));
  });

  it("have paths that stay below their root", async () => {
    const client = clientOf(url);
    const files = client.artifacts.files((await client.runs.create()).info.artifact_uri);
    for (const path of ["", "../x", "a/../../x", "/etc/passwd", "a//b", "a\\b", "a/.", "a\0", "%2e%2e/x"])
      expect(await refusal(files.upload(path, "x"))).toMatchObject({ code: "ARTIFACT_PATH_INVALID", kind: "invalid" });
  });
});

/** A signal that is aborted as soon as something has moved. */
function stopper() {
  const controller = new AbortController();
  const reason = new Error("enough");
  return { signal: controller.signal, reason, stop: () => controller.abort(reason) };
}

describe("artifacts in a folder that this machine shares with the server", () => {
  it("are uploaded, listed, downloaded and deleted without it", async () => {
    using folder = folderHere();
    const files = clientOf("http://mlflow.invalid").artifacts.files(pathToFileURL(folder.path).href);
    const bytes = randomBytes(9 * 1024 * 1024 + 1);
    const [file, copy] = [join(folder.path, "file"), join(folder.path, "copy of file")];
    writeFileSync(file, bytes);
    await files.upload("large/file", { file });
    await files.downloadTo("large/file", copy);
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    for (const path of ["file", "copy of file", "large"]) await files.delete(path);
    let moved = 0;
    await files.upload("model/weights.bin", "text", { onBytes: (count) => (moved += count) });
    expect(moved).toBe(4);
    expect(await all(files.list())).toEqual([{ path: "model", is_dir: true }]);
    expect(await all(walk(files))).toEqual([{ path: "model/weights.bin", is_dir: false, file_size: 4 }]);
    expect((await buffer(files.download("model/weights.bin"))).toString()).toBe("text");
    await files.downloadTo("model/weights.bin", join(folder.path, "copy"));
    expect(readFileSync(join(folder.path, "copy"), "utf8")).toBe("text");
    await files.delete("model");
    expect(await all(files.list("model"))).toEqual([]);
    expect(await refusal(buffer(files.download("model/weights.bin")))).toMatchObject({ kind: "not-found" });
    expect(await refusal(files.upload("../x", "x"))).toMatchObject({ code: "ARTIFACT_PATH_INVALID" });
  });

  it("stop when the caller wants them to, and leave nothing", async () => {
    using folder = folderHere();
    const files = clientOf("http://mlflow.invalid").artifacts.files(folder.path);
    const { signal, stop, reason } = stopper();
    await expect(files.upload("a", randomBytes(4 * 1024 * 1024), { signal, onBytes: stop })).rejects.toBe(reason);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe("artifacts elsewhere", () => {
  it.each([
    ["s3://bucket/1/artifacts", "does not reach s3:"],
    ["/no/such/folder/1", "a folder of the server's machine"],
    ["https://example.org/files", "no address of an artifact proxy"],
    ["runs:/1/model", "does not reach runs:"],
  ])("%s is unsupported, and it is said what is missing", (uri, why) => {
    const { artifacts } = clientOf("http://mlflow.invalid");
    expect(() => artifacts.files(uri)).toThrow(
      expect.objectContaining({
        code: "ARTIFACT_URI_UNSUPPORTED",
        kind: "unsupported",
        message: expect.stringContaining(why),
        hint: expect.stringContaining("--serve-artifacts"),
      }),
    );
  });
});

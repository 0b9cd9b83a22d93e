import {
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { digestOf } from "../digest.ts";
import { fetchReference, type Fetcher, type FindFetcher } from "./fetcher.ts";
import { reference } from "./reference.ts";

/** A project with a file `data/points.csv`, and a step's own folder. */
function fixture(find: FindFetcher = async () => undefined) {
  const temporary = mkdtempDisposableSync(join(realpathSync(tmpdir()), "fetcher-"));
  const [project, own] = [join(temporary.path, "project"), join(temporary.path, "own")];
  mkdirSync(join(project, "data"), { recursive: true });
  mkdirSync(own);
  const path = join(project, "data", "points.csv");
  writeFileSync(path, "x,y\n");
  const { signal } = new AbortController();
  return {
    path,
    project,
    own: () => readdirSync(own),
    fetch: (uri: string, digest?: string) =>
      fetchReference(reference(uri, digest), { projectFolder: project, folder: () => own, signal }, find),
    [Symbol.dispose]: () => temporary.remove(),
  };
}

const right = digestOf("x,y\n");

describe("a reference to a file", () => {
  it("gives the very file, relative to the project, absolute, or as a URI, and makes no copy", async () => {
    using f = fixture();
    for (const uri of ["data/points.csv", "./data/points.csv", f.path, pathToFileURL(f.path).href]) {
      expect(await f.fetch(uri)).toEqual({ path: f.path });
      expect(await f.fetch(uri, right)).toEqual({ path: f.path, digest: right });
    }
    expect(f.own()).toEqual([]);
  });

  it("gives what a link leads to, since data sets are often kept so", async () => {
    using f = fixture();
    symlinkSync(f.path, join(f.project, "latest.csv"));
    expect(readFileSync((await f.fetch("latest.csv", right)).path, "utf8")).toBe("x,y\n");
  });

  it("refuses data that is not what it was, and leaves it alone", async () => {
    using f = fixture();
    await expect(f.fetch("data/points.csv", digestOf("old"))).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
      kind: "integrity",
      message: expect.stringContaining(`its digest is ${right}, the reference says ${digestOf("old")}`),
      hint: expect.any(String),
    });
    expect(readFileSync(f.path, "utf8")).toBe("x,y\n");
  });

  it.each([
    ["that is not there", "data/absent.csv", "FILE_NOT_FOUND", "absent.csv"],
    ["that is a folder", "data", "ARTIFACT_INVALID", "is not a file"],
    ["as a URI without slashes", "file:data/points.csv", "ARTIFACT_INVALID", "is not a file URI"],
    ["of another machine", "file://server/points.csv", "ARTIFACT_INVALID", "names no file of this machine"],
  ])("refuses one %s", async (_what, uri, code, message) => {
    using f = fixture();
    await expect(f.fetch(uri)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("stops hashing when the run is cancelled", async () => {
    using f = fixture();
    const cancelled = new AbortController();
    cancelled.abort(new Error("Ctrl-C"));
    const place = { projectFolder: f.project, folder: () => f.project, signal: cancelled.signal };
    await expect(fetchReference(reference(f.path, right), place, async () => undefined)).rejects.toThrow("Ctrl-C");
  });
});

describe("a reference of another scheme", () => {
  it.each([
    ["s3://bucket/key", "s3: references. The flavor s3 will bring it."],
    ["gs://bucket/key", "gs: references. The flavor gcs will bring it."],
    ["az://container/key", "az: references. The flavor azure will bring it."],
    ["ftp://host/key", "ftp: references. Known are paths, file:, https:, and http: of this machine."],
    ["constructor://host", "constructor: references. Known are"],
  ])("%s is refused, and what will bring it or is known is named", async (uri, message) => {
    using f = fixture();
    await expect(f.fetch(uri)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining(message),
      hint: expect.stringContaining("fetchers"),
    });
  });

  const own = (content: string): Fetcher => ({
    schemes: ["s3", "https"],
    fetch: async (uri, { folder }) => {
      const path = join(folder(), "data");
      writeFileSync(path, `${content} of ${uri}`);
      return { path };
    },
  });

  it("is given by the fetcher of a plugin, also in place of a built-in one, and checked", async () => {
    using f = fixture(async (scheme) => (own("").schemes.includes(scheme) ? own("content") : undefined));
    for (const uri of ["s3://bucket/key", "https://example.org/key"]) {
      const { path } = await f.fetch(uri, digestOf(`content of ${uri}`));
      expect(readFileSync(path, "utf8")).toBe(`content of ${uri}`);
    }
  });

  it("leaves nothing of a copy that has another digest", async () => {
    using f = fixture(async () => own("other"));
    await expect(f.fetch("s3://bucket/key", right)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(f.own()).toEqual([]);
  });
});

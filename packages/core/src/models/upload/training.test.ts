import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultUploadSettings } from "../../stack/upload-settings.ts";
import type { ModelUpload } from "./model-upload.ts";
import { trainingOf, unknownFacts } from "./training.ts";

const { keys } = defaultUploadSettings;
const nowhere = tmpdir();
const upload = (given: Partial<ModelUpload> = {}): ModelUpload => ({ name: "gulls", folder: "results", ...given });
const meta = (content: Record<string, unknown>) => ({ path: "train.meta.json", content });
const sha = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";

describe("trainingOf", () => {
  it("reads the facts at the keys that it is told, on whatever level", async () => {
    const content = {
      git: { sha, url: "https://example.org/c" },
      argv: ["mednet", "train", "my config.py"],
      when: "2026-07-01T12:00:00.123456+02:00",
      "data.base": "montgomery",
      configuration: "my config.py",
    };
    const own = {
      ...keys,
      commit: "git.sha",
      commit_url: "git.url",
      command: "argv",
      generated_at: "when",
      database: "data.base",
    };
    expect(await trainingOf(upload(), meta(content), own, nowhere)).toEqual({
      commit: sha,
      commitUrl: "https://example.org/c",
      dirty: undefined,
      packageVersion: undefined,
      command: "mednet train 'my config.py'",
      configuration: "my config.py",
      database: "montgomery",
      generatedAt: new Date("2026-07-01T10:00:00.123Z"),
      user: undefined,
    });
  });

  it("prefers what is given, and then does not take what the metadata says of another commit; the path of data only where nothing names it", async () => {
    const content = {
      commit: sha,
      commit_url: "https://example.org/c",
      dirty: true,
      command: "a",
      database: "b",
      generated_at: "2026-01-01",
    };
    const given = upload({
      commit: "deadbeef",
      command: "train --password planted",
      generatedAt: "2026-07-01 10:00:00",
      inputs: { database: "data.json", configuration: "sea.yaml" },
    });
    expect(await trainingOf(given, meta(content), keys, nowhere)).toMatchObject({
      commit: "deadbeef",
      commitUrl: undefined,
      dirty: undefined,
      command: "train --password ***",
      database: "b",
      configuration: "sea.yaml",
      generatedAt: new Date("2026-07-01T10:00:00Z"),
    });
  });

  it.each([
    [{ dirty: true }, true],
    [{ dirty: "False" }, false],
    [{ commit: `${sha}-dirty` }, true],
    [{ commit: `${sha}+` }, true],
    [{ package_version: "1.2.dev3+g1a2b3c4.d20261121" }, true],
    [{ package_version: "1.2.0", dirty: false }, false],
    [{ package_version: "1.2.d", commit: sha }, undefined],
  ])("knows from %j whether the checkout had changes: %s", async (content, dirty) => {
    expect((await trainingOf(upload(), meta(content), keys, nowhere)).dirty).toBe(dirty);
  });

  it("gives a commit of the project's repository its full name and its page", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "training-"));
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
        cwd: folder.path,
        encoding: "utf8",
      }).trim();
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "x");
    git("remote", "add", "origin", "https://ada:planted@gitlab.example.org/birds/sea.git");
    const commit = git("rev-parse", "HEAD");
    expect(await trainingOf(upload({ commit: commit.slice(0, 9) }), undefined, keys, folder.path)).toMatchObject({
      commit,
      commitUrl: `https://gitlab.example.org/birds/sea/-/commit/${commit}`,
    });
  });

  it.each([
    [{}, { commit: "main" }, "The commit of the training (commit of train.meta.json) is not a commit"],
    [{}, { generated_at: "yesterday" }, "(generated_at of train.meta.json) is not a date or time"],
    [{}, { dirty: "maybe" }, 'is not true or false: "maybe"'],
    [{ commit: "HEAD" }, {}, "The commit of the training (given) is not a commit"],
    [{ commit: "--help" }, {}, "(given) is not a commit"],
    [{ generatedAt: "01.07.2026" }, {}, "The generated_at of the training (given)"],
    [{ generatedAt: new Date(Number.NaN) }, {}, "The generated_at of the training (given)"],
  ])("refuses %j with metadata %j", async (given, content, message) => {
    await expect(trainingOf(upload(given), meta(content), keys, nowhere)).rejects.toMatchObject({
      code: "RESULT_INVALID",
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe("unknownFacts", () => {
  it("names what a version should say, as stack.yaml writes it", async () => {
    const training = await trainingOf(upload(), meta({ commit: "", command: null, database: "birds" }), keys, nowhere);
    expect(unknownFacts(training)).toEqual(["commit", "command", "configuration", "generated_at"]);
  });
});

import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { memoryStack, type MemoryStack } from "../../memory-stack.fixture.ts";
import type { ModelUpload } from "./model-upload.ts";
import { planUploadOn, uploadModelOn } from "./upload-model.ts";

const by = ({ stack }: MemoryStack) => ({ registeredBy: "test", cwd: stack.projectFolder });

/** An upload of one file, with what else is given. */
function uploadOf(at: MemoryStack, given: Partial<ModelUpload> = {}): ModelUpload {
  return { name: "gulls", folder: at.write("weights.bin", "weights"), ...given };
}

describe("uploadModel", () => {
  it("K08 names a metric that the tracker cannot keep, and keeps the others", async () => {
    using at = memoryStack();
    Object.defineProperty(at.tracker, "capabilities", {
      value: { ...at.tracker.capabilities, nonFiniteMetrics: false },
    });
    at.write("metrics.json", '{"auc": NaN, "accuracy": 0.5}');
    const { version, missing } = await uploadModelOn(at.stack, uploadOf(at, { metrics: "metrics.json" }), by(at));
    expect(version.metrics).toEqual({ accuracy: 0.5 });
    expect(missing).toContain("metrics.auc (NaN)");
  });

  it("cuts parameters and texts at what the tracker and the registry take, rather than lose all", async () => {
    using at = memoryStack();
    const { paramValue } = at.tracker.capabilities.limits;
    const { tagValue } = at.registry.capabilities.limits;
    at.write("params.json", JSON.stringify({ long: "x".repeat(paramValue + 1) }));
    const given = uploadOf(at, { params: "params.json", command: "y".repeat(tagValue + 1) });
    const { version } = await uploadModelOn(at.stack, given, by(at));
    expect(version.params["long"]).toBe(`${"x".repeat(paramValue - 1)}…`);
    expect(version.tags["modelstack.command"]).toBe(`${"y".repeat(tagValue - 1)}…`);
  });

  it("finds the same again wherever the data lies", async () => {
    using at = memoryStack();
    at.write("data.json", "[1]");
    at.write("copy.json", "[1]");
    const first = await uploadModelOn(at.stack, uploadOf(at, { inputs: { birds: "data.json" } }), by(at));
    const again = await uploadModelOn(at.stack, uploadOf(at, { inputs: { birds: "copy.json" } }), by(at));
    expect([first.created, again.created, again.version.version]).toEqual([true, false, first.version.version]);
  });

  it("finds the same again in whatever order its files are named", async () => {
    using at = memoryStack();
    for (const name of ["a.txt", "b.txt"]) at.write(name, name);
    const first = await uploadModelOn(at.stack, uploadOf(at, { tables: ["a.txt", "b.txt"] }), by(at));
    const again = await uploadModelOn(at.stack, uploadOf(at, { tables: ["b.txt", "a.txt"] }), by(at));
    expect([first.created, again.created]).toEqual([true, false]);
  });

  it("finds the same again from a clone that has the commit, which tells its full name and page", async () => {
    using at = memoryStack();
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
        cwd: at.stack.projectFolder,
        encoding: "utf8",
      }).trim();
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "x");
    git("remote", "add", "origin", "https://gitlab.example.org/birds/sea.git");
    const given = uploadOf(at, { commit: git("rev-parse", "--short=10", "HEAD") });
    const first = await uploadModelOn(at.stack, given, by(at));
    expect(first.version.tags["modelstack.git_commit_url"]).toContain("gitlab.example.org");
    rmSync(join(at.stack.projectFolder, ".git"), { recursive: true });
    expect((await uploadModelOn(at.stack, given, by(at))).created).toBe(false);
  });

  it("fails, and leaves no run that is going on, when something cannot be logged", async () => {
    using at = memoryStack();
    at.tracker.logFile = () => Promise.reject(new Error("the disk is full"));
    at.write("notes.txt", "notes");
    await expect(uploadModelOn(at.stack, uploadOf(at, { tables: ["notes.txt"] }), by(at))).rejects.toThrow(
      "the disk is full",
    );
    const { items } = await at.tracker.listRuns();
    expect(items.map(({ status }) => status)).toEqual(["failed"]);
    await expect(at.registry.getModel("gulls")).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  it("is stopped by its signal before anything is sent", async () => {
    using at = memoryStack();
    const stopped = { ...by(at), signal: AbortSignal.abort() };
    await expect(uploadModelOn(at.stack, uploadOf(at), stopped)).rejects.toMatchObject({ code: "TRANSFER_CANCELLED" });
    await expect(planUploadOn(at.stack, uploadOf(at), stopped)).rejects.toMatchObject({ code: "TRANSFER_CANCELLED" });
    expect((await at.tracker.listRuns()).items).toEqual([]);
  });

  it("J01 hides a password that stands in what the training says of its data", async () => {
    using at = memoryStack();
    at.write("meta.json", '{"database": "postgres://ada:hunter2@db.example.org/birds"}');
    const { tags } = await planUploadOn(at.stack, uploadOf(at, { meta: "meta.json" }), by(at));
    expect(tags["modelstack.database"]).toBe("postgres://***@db.example.org/birds");
  });
});

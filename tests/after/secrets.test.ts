import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { plantedByTests, plantedVariables } from "../support/planted.ts";

// Runs after all other tests, over what they left: the folders of their projects with state and logs, and what their commands printed.

const kept = process.env["KEEP_TEST_STATE_IN"]!;

/** The files below the folders that hold one of the texts, as they are or as base64. */
function filesWith(texts: readonly string[], ...folders: readonly string[]): string[] {
  const forms = texts.flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    inBase64(text),
  ]);
  const patterns = forms.flatMap((form) => ["-e", form]);
  // Tests make files of that name that are large and empty.
  const options = ["-rlaF", "--exclude=sparse.bin", ...patterns];
  const { stdout, status, stderr } = spawnSync("grep", [...options, "--", ...folders], {
    encoding: "utf8",
    maxBuffer: 1024 ** 3,
  });
  if (status === null || status > 1) throw new Error(`grep failed: ${stderr}`);
  return stdout.split("\n").filter((line) => line !== "");
}

/** The part of the text's base64 that does not depend on what stands before and after it, where it starts at a multiple of three bytes. */
function inBase64(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString("base64");
}

const fetched = [".gitignore", "cache"];

const inKept = (pattern: RegExp) => readdirSync(kept).filter((name) => pattern.test(name));

/** Every state folder that a test left, at whatever depth. */
function stateFolders(): string[] {
  const { stdout } = spawnSync("find", [kept, "-name", ".stack", "-type", "d", "-prune"], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "");
}

describe("what all other tests left behind", () => {
  it("is there to be looked through: run with the other tests, by npm test", () => {
    expect(inKept(/^output-\d+\.log$/).length).toBeGreaterThan(5);
    expect(inKept(/^modelstack-faults-/).length).toBeGreaterThan(50);
    expect(stateFolders().length).toBeGreaterThan(50);
    // Without a database there is only what was fetched from a server.
    const others = stateFolders().filter((folder) => !existsSync(join(folder, "stack.db")));
    expect(others.flatMap((folder) => readdirSync(folder)).filter((name) => !fetched.includes(name))).toEqual([]);
  });

  it("holds no secret of the environment that they ran in, in any file", () => {
    expect(filesWith(Object.values(plantedVariables), kept)).toEqual([]);
  });

  it("J01 holds no secret that they planted, neither in state and logs nor in what was printed", () => {
    const outputs = inKept(/^output-\d+\.log$/).map((name) => join(kept, name));
    expect(filesWith(plantedByTests, ...stateFolders(), ...outputs)).toEqual([]);
  });
});

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { launcher, stack } from "../support/command.ts";
import { project, type Project } from "../support/project.ts";

/** A Node before 24 that this machine has outside of any project. */
function oldNode(): { readonly path: string; readonly version: string } | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, "node");
    if (folder.includes("node_modules") || !existsSync(path)) continue;
    const version = execFileSync(path, ["--version"], { encoding: "utf8" }).trim().slice(1);
    if (Number.parseInt(version, 10) < 24) return { path, version };
  }
  return undefined;
}

const old = oldNode();
if (old === undefined) console.warn("C11 is skipped: PATH has no Node before 24.");

describe.skipIf(old === undefined && process.env["CI"] !== "true")("on an older Node", () => {
  /** The launcher alone, as a package: beside itself it finds no Node. */
  function installed(): Project & { readonly launcher: string } {
    const at = project();
    const folder = join(at.folder, "elsewhere", "modelstack");
    mkdirSync(folder, { recursive: true });
    cpSync(join(launcher, ".."), join(folder, "bin"), { recursive: true });
    cpSync(join(launcher, "..", "..", "package.json"), join(folder, "package.json"));
    return { ...at, launcher: join(folder, "bin", "stack.js") };
  }

  const required = () => {
    if (old === undefined) throw new Error("PATH has no Node before 24");
    return old;
  };

  it("C11 says which Node it needs and which it found, before anything else fails", async () => {
    using at = installed();
    const { exit, stdout, stderr } = await stack(at.folder, ["runs", "list"], {
      program: old!.path,
      launcher: at.launcher,
    });
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toBe(
      `error: stack needs Node 24, found ${required().version} [NODE_TOO_OLD]\n` +
        "help: In a project: npm install --save-dev node@24, then npx modelstack …\n",
    );
  });

  it("C11 goes on with the Node that the project brings along", async () => {
    using at = project();
    const outcome = await stack(at.folder, ["runs", "list", "--json"], { program: required().path });
    expect(outcome).toEqual({ exit: 0, stdout: "[]\n", stderr: "" });
  });
});

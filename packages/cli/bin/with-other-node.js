// For a Node that is too old: plain JavaScript that any Node since 18 can parse.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";

/** Runs the command with the Node that the project at hand brings along (npm package `node`), or says what to do. */
export async function run() {
  const node = process.env.STACK_REEXEC ? undefined : projectNode();
  if (node === undefined) {
    const found = process.versions.node;
    console.error(`error: stack needs Node 24, found ${found} [NODE_TOO_OLD]`);
    console.error("help: In a project: npm install --save-dev node@24, then npx modelstack …");
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit", env: { ...process.env, STACK_REEXEC: "1" } });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
  });
}

function projectNode() {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      const path = join(dirname(createRequire(from).resolve("node/package.json")), "bin", "node");
      if (existsSync(path)) return path;
    } catch {
      // Not there; the next place may have it.
    }
  }
  return undefined;
}

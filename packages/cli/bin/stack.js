#!/usr/bin/env node
// Plain JavaScript that any Node since 18 can parse: it must be able to say what is wrong, or put it right.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";

const supported = Number(process.versions.node.split(".")[0]) >= 24;

/** The Node that the project at hand brings along (npm package `node`), if any. */
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

const better = supported || process.env.STACK_REEXEC ? undefined : projectNode();
if (supported) {
  await import("../dist/bin.js");
} else if (better) {
  const child = spawn(better, process.argv.slice(1), { stdio: "inherit", env: { ...process.env, STACK_REEXEC: "1" } });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
  });
} else {
  console.error(
    `error: stack needs Node 24, found ${process.versions.node}. [NODE_TOO_OLD]\nhelp: In a project: npm install --save-dev node@24, then npx modelstack …`,
  );
  process.exitCode = 2;
}

#!/usr/bin/env node
// Plain JavaScript that any Node since 18 can parse: it must be able to say what is wrong, or put it right.
const supported = Number(process.versions.node.split(".")[0]) >= 24;

if (supported) {
  await import("../dist/bin.js");
} else {
  await (await import("./with-other-node.js")).run();
}

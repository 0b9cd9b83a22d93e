import { enableCompileCache } from "node:module";

// Before anything else is imported: compiled code is kept between calls, which halves the start of the command.
enableCompileCache();

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) {
  // The one answer that needs none of the command's code.
  const { readFileSync } = await import("node:fs");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  process.stdout.write(`${version}\n`);
} else {
  const { main } = await import("./main.ts");
  process.exitCode = await main(argv, process);
}

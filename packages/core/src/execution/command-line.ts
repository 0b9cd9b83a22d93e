import { basename } from "node:path";
import { quote } from "../quote.ts";
import { maskCommand } from "../secrets.ts";

/** The command line of this process as a person would type it, with secrets masked. */
export function commandLine(
  argv: readonly string[] = process.argv,
  nodeFlags: readonly string[] = process.execArgv,
): string {
  const [, script = "", ...args] = argv;
  const name = basename(script).replace(/\.js$/, "");
  // The command's own launcher is called through npx; anything else is a script for node.
  const start =
    name === "stack" || name === "modelstack"
      ? ["npx", name]
      : ["node", ...nodeFlags, ...(script === "" ? [] : [script])];
  return maskCommand([...start, ...args])
    .map(quote)
    .join(" ");
}

import { basename } from "node:path";
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

/** Quotes a word for a POSIX shell where it needs it. */
export function quote(word: string): string {
  // The mask stays as it is: it names no files.
  return /^(?:[\w@%+=:,./-]|\*{3})+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The help of a command as the parser writes it, with how it is called below its examples. The parser shows the one instead of the other, and
 * ends the examples with how the help itself is called.
 */
export function withUsage(help: string, usage: string): string {
  const [examples = "", ...rest] = help.split("\n\n");
  const lines = examples.split("\n").flatMap((line) => (line.endsWith(" --help") ? [] : [line.trimEnd()]));
  return `${[lines.join("\n"), `USAGE\n  ${usage}`, ...rest].join("\n\n").trimEnd()}\n`;
}

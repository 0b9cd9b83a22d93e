/**
 * The help of a command as the parser writes it, with how it is called below its examples. The parser shows the one instead of the other, and
 * ends the examples with how the help itself is called.
 */
export function withUsage(help: string, usage: string): string {
  const [examples = "", ...rest] = help.split("\n\n");
  const lines = examples.split("\n").flatMap((line) => (line.endsWith(" --help") ? [] : [line.trimEnd()]));
  return `${[lines.join("\n"), `USAGE\n  ${usage}`, ...rest].join("\n\n").trimEnd()}\n`;
}

/** The help of a group as the parser writes it, with lists of commands that are long, `models list|show|…`, in lines that a terminal shows whole. */
export function withShortLines(help: string): string {
  return help.replaceAll(/^ {2}stack [^|\n]+\|.{60,}$/gm, (line) => {
    const indent = " ".repeat(line.lastIndexOf(" ", line.indexOf("|")) + 1);
    return line
      .trimEnd()
      .split("|")
      .reduce((lines, word) => {
        const last = lines.slice(lines.lastIndexOf("\n") + 1);
        return last.length + word.length + 2 > 80 ? `${lines}|\n${indent}${word}` : `${lines}|${word}`;
      });
  });
}

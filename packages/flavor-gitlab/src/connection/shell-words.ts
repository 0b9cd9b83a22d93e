import { homedir } from "node:os";
import { StackError } from "@modelstack/core/stack";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The words of a command line as a POSIX shell splits it, with `$NAME` and `~` replaced in each, and nothing else: what Python's
 * `[expanduser(expandvars(word)) for word in shlex.split(line)]` gives.
 *
 * @see https://docs.python.org/3/library/shlex.html#parsing-rules
 */
export function shellWords(line: string, environment: Environment): string[] {
  return split(line).map((word) => withHome(withVariables(word, environment), environment));
}

function split(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at]!;
    if (quote === "'") {
      if (letter === "'") quote = undefined;
      else word += letter;
    } else if (letter === "\\") {
      const next = line[++at];
      if (next === undefined) throw unfinished();
      // Inside quotes it stands for itself, but before what would mean something there.
      word = (word ?? "") + (quote === '"' && next !== '"' && next !== "\\" ? `\\${next}` : next);
    } else if (quote === '"') {
      if (letter === '"') quote = undefined;
      else word += letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= "";
    } else if (/[ \t\r\n]/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + letter;
  }
  if (quote !== undefined) throw unfinished();
  return word === undefined ? words : [...words, word];
}

/** A variable that is not there stays as it is written. */
function withVariables(word: string, environment: Environment): string {
  return word.replaceAll(/\$(?:(\w+)|\{([^}]*)\})/g, (whole, plain?: string, braced?: string) => {
    return environment[plain ?? braced ?? ""] ?? whole;
  });
}

/** Homes of others are left alone. */
function withHome(word: string, environment: Environment): string {
  if (!/^~(\/|$)/.test(word)) return word;
  const home = environment["HOME"] ?? homedir();
  return home.replace(/\/+$/, "") + word.slice(1) || "/";
}

function unfinished(): StackError {
  return new StackError(
    "FLAVOR_CONFIG_INVALID",
    "A helper of python-gitlab's configuration has a quote that does not end.",
    {
      hint: "Write the command as a shell would read it.",
    },
  );
}

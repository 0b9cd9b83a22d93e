import { styleText } from "node:util";
import type { Io, Output } from "../io.ts";

type Format = Parameters<typeof styleText>[0];

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/** Whether a stream takes colours: FORCE_COLOR, then whether it is live. */
function hasColour({ env }: Pick<Io, "env">, stream: Output): boolean {
  const forced = env["FORCE_COLOR"];
  return isSet(forced) ? forced !== "0" && forced !== "false" : isLive({ env }, stream);
}

/** As `--color` says, which comes before the environment; read before all else, since errors in the other words have colours, too. */
export function withColour(io: Io, words: readonly string[]): Io {
  const at = words.findLastIndex((word) => word === "--color" || word.startsWith("--color="));
  const wanted = words[at] === "--color" ? words[at + 1] : words[at]?.slice("--color=".length);
  if (wanted !== "always" && wanted !== "never") return io;
  const variables =
    wanted === "always" ? { FORCE_COLOR: "1", NO_COLOR: undefined } : { FORCE_COLOR: undefined, NO_COLOR: "1" };
  const { stdout, stderr, stdin, env } = io;
  return { stdout, stderr, stdin, env: { ...env, ...variables }, cwd: () => io.cwd() };
}

/** Whether escape sequences may be sent to a stream: a terminal, and none of NO_COLOR, TERM=dumb and CI. */
export function isLive({ env }: Pick<Io, "env">, stream: Output): boolean {
  const inCi = isSet(env["CI"]) && env["CI"] !== "false";
  return stream.isTTY === true && !isSet(env["NO_COLOR"]) && env["TERM"] !== "dumb" && !inCi;
}

/** Colours text for a stream, or leaves it as it is. */
export function styler(io: Io, stream: Output): (format: Format, text: string) => string {
  return hasColour(io, stream)
    ? (format, text) => styleText(format, text, { validateStream: false })
    : (_format, text) => text;
}

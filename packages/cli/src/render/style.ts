import { styleText } from "node:util";
import type { Io, Output } from "../io.ts";

type Format = Parameters<typeof styleText>[0];

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/** Whether a stream takes colours: FORCE_COLOR, then whether it is live. */
function hasColour({ env }: Pick<Io, "env">, stream: Output): boolean {
  return (isSet(env["FORCE_COLOR"]) && env["FORCE_COLOR"] !== "0") || isLive({ env }, stream);
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

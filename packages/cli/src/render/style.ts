import { styleText } from "node:util";
import type { Io, Output } from "../io.ts";

type Format = Parameters<typeof styleText>[0];

/** Whether a stream takes colours: FORCE_COLOR, then NO_COLOR, then TERM=dumb and CI, then whether it is a terminal. */
function hasColour({ env }: Pick<Io, "env">, stream: Output): boolean {
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "" && env["FORCE_COLOR"] !== "0") return true;
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return isLive({ env }, stream);
}

/** Whether a stream is a terminal on which lines may be redrawn. */
export function isLive({ env }: Pick<Io, "env">, stream: Output): boolean {
  return (
    stream.isTTY === true &&
    env["TERM"] !== "dumb" &&
    (env["CI"] === undefined || env["CI"] === "" || env["CI"] === "false")
  );
}

/** Colours text for a stream, or leaves it as it is. */
export function styler(io: Io, stream: Output): (format: Format, text: string) => string {
  return hasColour(io, stream)
    ? (format, text) => styleText(format, text, { validateStream: false })
    : (_format, text) => text;
}

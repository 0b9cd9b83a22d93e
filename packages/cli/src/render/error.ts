import { isStackError, maskSecrets, messageOf, type SourceLocation } from "@modelstack/core/base";
import type { Io } from "../io.ts";
import { styler } from "./style.ts";

export interface ErrorView {
  readonly json: boolean;
  readonly debug: boolean;
}

/** An error for people (what, where, why, how to mend it) or as JSON; a trace only with `--debug`. */
export function renderError(error: unknown, io: Io, { json, debug }: ErrorView): string {
  return maskSecrets(json ? asJson(error, debug) : asText(error, io, debug));
}

function asJson(error: unknown, debug: boolean): string {
  const known = isStackError(error) ? error : undefined;
  return JSON.stringify({
    error: {
      code: known?.code ?? "INTERNAL",
      message: messageOf(error),
      ...(known?.hint === undefined ? {} : { hint: known.hint }),
      ...(known?.location === undefined ? {} : { location: known.location }),
      ...(debug && error instanceof Error ? { stack: error.stack } : {}),
    },
  });
}

function asText(error: unknown, io: Io, debug: boolean): string {
  const style = styler(io, io.stderr);
  const known = isStackError(error) ? error : undefined;
  const where = known?.location === undefined ? "" : ` in ${place(known.location)}`;
  const lines = [
    `${style(["red", "bold"], "error")}: ${trimmed(messageOf(error), where !== "")}${where} ${style("dim", `[${known?.code ?? "INTERNAL"}]`)}`,
  ];
  if (known?.location?.text !== undefined && known.location.line !== undefined) {
    lines.push(style("dim", `  ${known.location.line} | ${known.location.text.slice(0, 160)}`));
  }
  if (known?.hint !== undefined) lines.push(`${style("cyan", "help")}: ${known.hint}`);
  if (known === undefined)
    lines.push(
      `${style("cyan", "help")}: This is a fault of modelstack, not of yours: run it again with --debug and report what it prints.`,
    );
  if (debug && error instanceof Error) lines.push(error.stack ?? "", ...causes(error));
  return lines.join("\n");
}

/** Without its full stop when a place follows. */
function trimmed(message: string, placeFollows: boolean): string {
  return placeFollows ? message.replace(/\.$/, "") : message;
}

function place({ file, line, column }: SourceLocation): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

function causes(error: Error): string[] {
  const { cause } = error;
  return cause instanceof Error ? [`caused by ${cause.stack ?? cause.message}`, ...causes(cause)] : [];
}

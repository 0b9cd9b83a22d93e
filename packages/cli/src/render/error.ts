import { isStackError, maskCommand, maskSecrets, messageOf, type SourceLocation } from "@modelstack/core/base";
import type { Io } from "../io.ts";
import { styler } from "./style.ts";
import { visible } from "./visible.ts";

export interface ErrorView {
  readonly json: boolean;
  readonly debug: boolean;
}

/** An error for people (what, where, why, how to mend it) or as JSON; a trace only with `--debug`. */
export function renderError(error: unknown, io: Io, { json, debug }: ErrorView): string {
  return json ? visible(asJson(error, debug)) : maskSecrets(asText(error, io, debug));
}

function asJson(error: unknown, debug: boolean): string {
  const known = isStackError(error) ? error : undefined;
  return JSON.stringify({
    error: {
      code: known?.code ?? "INTERNAL",
      message: maskSecrets(messageOf(error)),
      ...(known?.hint === undefined ? {} : { hint: maskSecrets(known.hint) }),
      ...(known?.location === undefined ? {} : { location: shown(known.location) }),
      ...(debug && error instanceof Error ? { stack: maskSecrets(error.stack ?? "") } : {}),
    },
  });
}

function asText(error: unknown, io: Io, debug: boolean): string {
  const style = styler(io, io.stderr);
  const known = isStackError(error) ? error : undefined;
  const message = messageOf(error);
  const location = known?.location === undefined ? undefined : shown(known.location);
  const where =
    location === undefined || (location.line === undefined && message.includes(location.file))
      ? ""
      : ` in ${place(location)}`;
  const lines = [
    `${style(["red", "bold"], "error")}: ${visible(trimmed(message, where !== "") + where)} ${style("dim", `[${known?.code ?? "INTERNAL"}]`)}`,
  ];
  if (location?.text !== undefined && location.line !== undefined) {
    lines.push(style("dim", visible(`  ${location.line} | ${location.text}`)));
  }
  if (known?.hint !== undefined) lines.push(`${style("cyan", "help")}: ${visible(known.hint)}`);
  if (known === undefined)
    lines.push(
      `${style("cyan", "help")}: This is a fault of modelstack, not of yours: run it again with --debug and report what it prints.`,
    );
  if (debug && error instanceof Error) lines.push(...[error.stack ?? "", ...causes(error)].map(visible));
  return lines.join("\n");
}

/** The place with its line as it may be quoted: a configuration may hold secrets anywhere. */
function shown(location: SourceLocation): SourceLocation {
  if (location.text === undefined) return location;
  return { ...location, text: maskCommand([location.text.slice(0, 160)])[0]! };
}

/** Without its full stop when a place follows. */
function trimmed(message: string, placeFollows: boolean): string {
  return placeFollows ? message.replace(/\.$/, "") : message;
}

/** `FILE:LINE:COLUMN`. */
export function place({ file, line, column }: SourceLocation): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

function causes(error: Error): string[] {
  const { cause } = error;
  return cause instanceof Error ? [`caused by ${cause.stack ?? cause.message}`, ...causes(cause)] : [];
}

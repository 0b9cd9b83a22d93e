import { graphemes, textWidth } from "./text-width.ts";
import { visible } from "./visible.ts";

/** Rows in aligned columns under their headings; cut with … where the terminal is too narrow. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], columns?: number): string {
  const all = [headings, ...rows.map((row) => row.map(oneLine))];
  const natural = headings.map((_, i) => Math.max(...all.map((row) => textWidth(row[i] ?? ""))));
  const widths = columns === undefined ? natural : fit(natural, columns - 2 * (headings.length - 1));
  return all
    .map((row) =>
      row
        .map((cell, i) => pad(cut(cell, widths[i]!), i === row.length - 1 ? 0 : widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** `name:  value` lines with aligned values. */
export function fields(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => textWidth(name)));
  return pairs.map(([name, value]) => `${pad(`${name}:`, width + 1)}  ${visible(value)}`.trimEnd()).join("\n");
}

/**
 * Takes from the last column, which holds what is least missed, until it has 12 columns, and then from the widest until the row fits; none
 * gets narrower than 4.
 */
function fit(natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  const last = widths.at(-1) ?? 0;
  const excess = widths.reduce((sum, width) => sum + width, 0) - available;
  if (excess > 0) widths[widths.length - 1] = Math.max(Math.min(last, 12), last - excess);
  while (widths.reduce((sum, width) => sum + width, 0) > available) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 4) break;
    widths[widest]!--;
  }
  return widths;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  for (const segment of graphemes(text)) {
    if (textWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

// What a name or tag from elsewhere holds must not move the cursor.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

function oneLine(text: string): string {
  return text.replaceAll(CONTROL, " ");
}

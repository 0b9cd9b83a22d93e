import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
let measure: ((text: string) => number) | undefined;
let segmenter: Intl.Segmenter | undefined;

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  if (isPlain(text)) return text.length;
  // Loaded when first needed: it sets up Unicode tables, which takes as long as the rest of a short command.
  measure ??= (require("string-width") as { default: (text: string) => number }).default;
  return measure(text);
}

/** The text in parts that must not be cut. */
export function graphemes(text: string): string[] {
  if (isPlain(text)) return text.split("");
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function isPlain(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}

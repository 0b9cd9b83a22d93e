import type { ArtifactOptions, ArtifactType } from "./artifact-type.ts";
import { bytesOf, invalid } from "./packed.ts";

/** What a figure may be, with the type that browsers know it by and the endings of its files. */
const formats = {
  svg: { mediaType: "image/svg+xml", extensions: [".svg"] },
  png: { mediaType: "image/png", extensions: [".png"] },
  jpeg: { mediaType: "image/jpeg", extensions: [".jpg", ".jpeg"] },
  pdf: { mediaType: "application/pdf", extensions: [".pdf"] },
  html: { mediaType: "text/html", extensions: [".html", ".htm"] },
} as const;

export type FigureFormat = keyof typeof formats;

/** A picture or page that shows a result. Made by {@link figure}. */
export interface Figure {
  readonly format: FigureFormat;
  /** `image/svg+xml` and the like. */
  readonly mediaType: string;
  readonly data: Uint8Array;
}

/**
 * A figure of a program that draws. What the first bytes show must be that format.
 *
 * ```ts
 * figure("svg", `<svg xmlns="http://www.w3.org/2000/svg">…</svg>`);
 * ```
 *
 * @throws StackError ARTIFACT_INVALID
 */
export function figure(format: FigureFormat, data: string | Uint8Array): Figure {
  if (!Object.hasOwn(formats, format)) {
    throw invalid(`${JSON.stringify(format)} is not a format of figures`, { hint: `They are ${known}.` });
  }
  const isText = typeof data === "string";
  if (!isText && !(data instanceof Uint8Array))
    throw invalid(`the data of a figure is text or bytes, got ${typeof data}`);
  const bytes = isText ? Buffer.from(data) : data;
  const found = formatOf(bytes);
  if (found === format) return { format, mediaType: formats[format].mediaType, data: Uint8Array.from(bytes) };
  throw invalid(`the figure is said to be ${format}, but its first bytes are ${found ?? "of no known format"}`, {
    hint: found === undefined ? `Known are ${known}.` : `Make it with figure("${found}", data).`,
  });
}

const known = Object.keys(formats).join(", ");

/** A picture or page, made by {@link figure}: SVG, PNG, JPEG, PDF or HTML. */
export function figureType(options: ArtifactOptions = {}): ArtifactType<Figure, "figure"> {
  return {
    kind: "figure",
    form: "bytes",
    ...options,
    pack: (value) => {
      if (typeof value?.format !== "string") throw invalid("expected a figure, as figure(format, data) makes it");
      const { format, data } = figure(value.format, value.data);
      return { form: "bytes", bytes: data, extension: extensionsOf(format)[0]! };
    },
    unpack: (packed) => figureOf(bytesOf(packed)),
  };
}

/** The figure that these bytes are. @throws StackError ARTIFACT_INVALID */
export function figureOf(data: Uint8Array): Figure {
  const format = formatOf(data);
  if (format === undefined) throw invalid(`the content is none of the figures that are known: ${known}`);
  return figure(format, data);
}

/** The endings of files in this format, the usual one first. */
export function extensionsOf(format: FigureFormat): readonly string[] {
  return formats[format].extensions;
}

const SIGNATURES = [
  ["png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["jpeg", [0xff, 0xd8, 0xff]],
  ["pdf", [...Buffer.from("%PDF-")]],
] as const;

/** Longer comments before the first element are not looked behind. In bytes. */
const HEAD = 64 * 1024;
const PROLOGUE = /^\uFEFF?(?:\s+|<\?[^>]*>|<!--[^]*?-->)*/;
const SVG = /^(?:<!DOCTYPE\s+svg\b[^>[]*(?:\[[^\]]*\]\s*)?>\s*(?:<!--[^]*?-->\s*)*)?<(?:[\w-]+:)?svg[\s/>]/i;
const HTML = /^<(?:!DOCTYPE\s+html\b|[a-z])/i;

/** What the first bytes show. */
export function formatOf(data: Uint8Array): FigureFormat | undefined {
  const signed = SIGNATURES.find(([, signature]) => signature.every((byte, i) => data[i] === byte));
  if (signed !== undefined) return signed[0];
  const start = new TextDecoder("utf-8", { ignoreBOM: true }).decode(data.subarray(0, HEAD)).replace(PROLOGUE, "");
  return SVG.test(start) ? "svg" : HTML.test(start) ? "html" : undefined;
}

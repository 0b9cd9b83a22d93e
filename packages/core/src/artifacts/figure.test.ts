import { describe, expect, it } from "vitest";
import { figure, formatOf, type FigureFormat } from "./figure.ts";
import { artifact } from "./types.ts";

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
const samples: readonly [FigureFormat, string, string, string | Uint8Array][] = [
  ["svg", "image/svg+xml", ".svg", '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  [
    "svg",
    "image/svg+xml",
    ".svg",
    '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd" [ <!ENTITY a "b"> ]>\n<svg:svg>',
  ],
  ["png", "image/png", ".png", png],
  ["jpeg", "image/jpeg", ".jpg", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0)],
  ["pdf", "application/pdf", ".pdf", "%PDF-1.7\n"],
  ["html", "text/html", ".html", "<!doctype html><title>curve</title>"],
  ["html", "text/html", ".html", "\n<!-- plot -->\n<div id=plot></div>"],
];

describe("artifact.figure", () => {
  it.each(samples)(
    "gives back %s as it was, with its media type and extension",
    async (format, mediaType, extension, data) => {
      const type = artifact.figure();
      const value = figure(format, data);

      const packed = await type.pack(value);

      expect(packed).toMatchObject({ form: "bytes", extension });
      expect(value).toStrictEqual({ format, mediaType, data: new Uint8Array(Buffer.from(data)) });
      expect(await type.unpack(packed)).toStrictEqual(value);
    },
  );

  it.each<[FigureFormat, string | Uint8Array, string]>([
    ["png", "<svg/>", "is said to be png, but its first bytes are svg"],
    ["svg", png, "is said to be svg, but its first bytes are png"],
    ["html", "<svg/>", "is said to be html, but its first bytes are svg"],
    ["svg", "<svgs/>", "is said to be svg, but its first bytes are html"],
    ["svg", "", "is said to be svg, but its first bytes are of no known format"],
    ["html", "plain text", "of no known format"],
    ["gif" as "svg", "GIF89a", '"gif" is not a format of figures'],
    ["svg", 3 as never, "is text or bytes, got number"],
  ])("refuses %s of %j", (format, data, message) => {
    expect(() => figure(format, data)).toThrow(
      expect.objectContaining({ code: "ARTIFACT_INVALID", message: expect.stringContaining(message) }),
    );
  });

  it("refuses values and content that are no figures", () => {
    const type = artifact.figure();
    const invalid = (message: string) =>
      expect.objectContaining({ code: "ARTIFACT_INVALID", message: expect.stringContaining(message) });
    expect(() => type.pack("<svg/>" as never)).toThrow(invalid("expected a figure, as figure(format, data) makes it"));
    expect(() => type.pack({ ...figure("svg", "<svg/>"), data: png })).toThrow(invalid("first bytes are png"));
    expect(() => type.unpack({ form: "bytes", bytes: Buffer.from("text") })).toThrow(invalid("none of the figures"));
  });

  it("looks at a long beginning without a match in time that grows with its length", () => {
    expect(formatOf(Buffer.from("<!--".repeat(100_000)))).toBeUndefined();
    expect(formatOf(Buffer.from(" <?x>".repeat(100_000)))).toBeUndefined();
  });
});

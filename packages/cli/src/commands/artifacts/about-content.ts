import {
  ArtifactIo,
  figureOf,
  parseListing,
  parseReference,
  tableFrom,
  type ArtifactRecord,
  type Stack,
} from "@modelstack/core";
import { table } from "../../render/table.ts";
import { bytes } from "../../render/time.ts";
import { visible } from "../../render/visible.ts";

/** Text longer than this is cut when shown. In characters. */
const PREVIEW = 2000;
/** Rows of a table that are shown. */
const ROWS = 10;
/** Content that is larger is not read to be shown. In bytes. */
const READABLE = 64 * 1024 * 1024;

/** What an artifact's content is, beside what its record says. */
export interface AboutContent {
  /** For `--json`. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** For people: names and values, and the beginning of the content. */
  readonly lines: readonly (readonly [string, string])[];
  readonly preview?: string;
}

/** Looks into an artifact as its type allows; types of users are not known here. `width` is the terminal's. */
export async function aboutContent(stack: Stack, record: ArtifactRecord, width?: number): Promise<AboutContent> {
  const nothing = { facts: {}, lines: [] };
  if (record.form === "file" || (record.form === "bytes" && record.size > READABLE)) return nothing;
  const io = new ArtifactIo(() => stack.artifactStore(), await stack.metadataStore());
  const text = async () => Buffer.from(await io.content(record)).toString();
  if (record.form === "directory") return listed(await text());
  switch (record.type) {
    case "json":
    case "text":
      // Of what is larger the beginning says little.
      return record.inline === undefined ? nothing : { ...nothing, preview: previewOf(record.type, await text()) };
    case "table":
      return tabular(await text(), width);
    case "figure": {
      const { format, mediaType } = figureOf(await io.content(record));
      return { facts: { figure: { format, mediaType } }, lines: [["figure", `${format} (${mediaType})`]] };
    }
    case "reference": {
      const reference = parseReference(await text());
      const { uri, digest = "unknown" } = reference;
      return {
        facts: { reference },
        lines: [
          ["refers to", uri],
          ["its digest", digest],
        ],
      };
    }
    default:
      return nothing;
  }
}

function listed(listing: string): AboutContent {
  const { files } = parseListing(listing);
  return { facts: { files }, lines: [], preview: files.map(({ path, size }) => `${path}  ${bytes(size)}`).join("\n") };
}

async function tabular(text: string, width?: number): Promise<AboutContent> {
  const { columns, data } = await tableFrom(text);
  const rows = data.slice(0, ROWS).map((cells) => cells.map(shown));
  const more = data.length > ROWS ? `\n… ${data.length - ROWS} more` : "";
  return {
    facts: { table: { rows: data.length, columns } },
    lines: [["table", `${data.length} rows x ${columns.length} columns`]],
    preview: `${table(columns, rows, width)}${more}`,
  };
}

function shown(cell: unknown): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  return typeof cell === "number" ? String(cell) : JSON.stringify(cell);
}

function previewOf(type: string, content: string): string {
  const text = type === "json" ? JSON.stringify(JSON.parse(content), undefined, 2) : content;
  return visible(text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text);
}

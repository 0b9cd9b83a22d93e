const units = ["B", "KB", "MB", "GB", "TB"];
const binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

/** How sizes are written, for messages. */
export const BYTE_SIZE_FORM = "a number and a unit, such as 20GiB or 500 MB";

/** How many bytes `20GiB`, `1.5 TB` or `0` are; `undefined` for other text. Units are those of SI (1 kB is 1000 bytes) and IEC, in any case. */
export function parseByteSize(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?) ?([a-z]{1,3})?$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  if (unit === "") return Number(digits) === 0 ? 0 : undefined;
  const power = (list: readonly string[]) => list.findIndex((known) => known.toLowerCase() === unit.toLowerCase());
  const [decimal, binary] = [power(units), power(binaryUnits)];
  if (decimal === -1 && binary === -1) return undefined;
  return Math.round(Number(digits) * (decimal >= 0 ? 1000 ** decimal : 1024 ** binary));
}

/** A size in the units of SI, as {@link parseByteSize} reads it, with one decimal. */
export function formatByteSize(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}

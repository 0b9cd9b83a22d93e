// What MLflow takes in one call of runs/log-batch: the limit of the body is 1,000,000 characters. Servers that speak its protocol take no less.
const BODY = 900_000;

/** Of a point without its key: digits and names of fields. */
const POINT = 150;

/** Entries in calls of at most `count`, whose bodies are not too large. */
export function batches<T extends { readonly key: string; readonly value: string | number }>(
  entries: readonly T[],
  count: number,
): T[][] {
  const all: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const bytes = sizeOf(entry);
    let batch = all.at(-1);
    if (batch === undefined || batch.length === count || size + bytes > BODY) {
      all.push((batch = []));
      size = 0;
    }
    batch.push(entry);
    size += bytes + 1;
  }
  return all;
}

/** In bytes, as JSON. Of points it is guessed, from above: there are a million of them. */
function sizeOf({ key, value }: { readonly key: string; readonly value: string | number }): number {
  return typeof value === "number" ? key.length * 3 + POINT : Buffer.byteLength(JSON.stringify({ key, value }));
}

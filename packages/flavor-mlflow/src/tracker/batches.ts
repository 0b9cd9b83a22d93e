// What MLflow takes in one call of runs/log-batch. The limit of the body is 1,000,000 characters.
const BODY = 900_000;

/** Entries in calls of at most `count`, whose bodies are not too large. */
export function batches<T>(entries: readonly T[], count: number): T[][] {
  const all: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const bytes = Buffer.byteLength(JSON.stringify(entry));
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

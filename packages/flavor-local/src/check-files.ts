import { itemsOf, type ArtifactStore, type HealthCheck } from "@modelstack/core/stack";
import type { Row } from "./sql/database.ts";

/** How many files are named of those that are not there. */
const MOST = 5;

/** Whether the files that records speak of (their `digest`, `size`, and `of` what) are in a store, each with its size. */
export async function checkFiles(name: string, records: readonly Row[], store: ArtifactStore): Promise<HealthCheck> {
  const sizes = new Map<string, number>();
  for await (const { digest, size } of itemsOf((page) => store.list(page))) sizes.set(digest, size);
  const lost = records.flatMap(({ digest, size, of }) => {
    const stored = sizes.get(String(digest));
    if (stored === Number(size)) return [];
    return `${String(of)} (${String(digest)} ${stored === undefined ? "is not there" : `has ${stored} bytes, not ${String(size)}`})`;
  });
  if (lost.length === 0)
    return { name, status: "ok", message: `${records.length} of ${records.length} files are there` };
  const more = lost.length > MOST ? ` and ${lost.length - MOST} more` : "";
  return {
    name,
    status: "fail",
    message: `${lost.length} of ${records.length} files are missing or cut: ${lost.slice(0, MOST).join(", ")}${more}`,
    fix: "Restore them from a backup, or make them again.",
    code: "ARTIFACT_NOT_FOUND",
  };
}

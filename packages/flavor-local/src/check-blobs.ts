import { access, constants } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  failedCheck,
  itemsOf,
  leftBehind,
  messageOf,
  StackError,
  type CheckOptions,
  type HealthCheck,
} from "@modelstack/core/stack";
import type { LocalArtifactStore } from "./artifact-store.ts";

const name = "content";

/** What lies in the folder of a store; `deep` reads all of it. */
export async function checkBlobs(
  root: string,
  store: LocalArtifactStore,
  { deep }: CheckOptions,
): Promise<readonly HealthCheck[]> {
  if (!existsSync(root)) return [{ name, status: "ok", message: `nothing is stored yet in ${root}` }];
  try {
    await requireAccess(root);
    return [await counted(root, store, deep), ...(await leftovers(root))];
  } catch (error) {
    return [failedCheck(name, error)];
  }
}

async function requireAccess(root: string): Promise<void> {
  try {
    await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const hint = "Check the folder's owner and mode.";
    throw new StackError("STORE_UNWRITABLE", `${root} cannot be read and written: ${messageOf(cause)}.`, {
      hint,
      cause,
    });
  }
}

async function counted(root: string, store: LocalArtifactStore, deep: boolean): Promise<HealthCheck> {
  let [count, bytes] = [0, 0];
  const damaged: string[] = [];
  for await (const { digest, size } of itemsOf((page) => store.list(page))) {
    count++;
    bytes += size;
    if (deep) await store.verify(digest).catch(() => damaged.push(digest));
  }
  if (damaged.length === 0) {
    const read = deep ? ", each with its sha256" : "";
    return { name, status: "ok", message: `${root}: ${files(count)}, ${(bytes / 1024 ** 2).toFixed(1)} MiB${read}` };
  }
  return {
    name,
    status: "fail",
    message: `${damaged.length} of ${count} files in ${root} were changed: ${damaged.slice(0, 5).join(", ")}`,
    fix: "Restore them from a backup, or remove them and make them again.",
    code: "DIGEST_MISMATCH",
  };
}

async function leftovers(root: string): Promise<HealthCheck[]> {
  const { length } = await leftBehind(join(root, "incoming"));
  if (length === 0) return [];
  const fix = "Nothing: the next write into that folder removes them.";
  return [{ name, status: "warn", message: `${root}: ${files(length)} that killed processes were writing`, fix }];
}

function files(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

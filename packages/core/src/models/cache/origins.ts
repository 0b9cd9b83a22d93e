import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { makePrivateFolder } from "../../platform.ts";
import type { ReferencedVersion } from "../../artifacts/model.ts";
import { digestOf, isDigest, type Digest } from "../../digest.ts";
import { canonicalJson } from "../../json.ts";

/** What the versions were, by digest, whose registry does not say so: they were fetched once, and need not be again. */
export class Origins {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Tells a version from all others, also from one that has its number in a registry of the same name. */
  keyOf({ stack, model, version, source, createdAt }: ReferencedVersion): string {
    const about = { stack, model, version, source, createdAt: createdAt.toISOString() };
    return digestOf(canonicalJson(about)).slice("sha256:".length);
  }

  get(version: ReferencedVersion): Digest | undefined {
    try {
      const text = readFileSync(this.#fileOf(version), "utf8");
      return isDigest(text) ? text : undefined;
    } catch {
      // It was never fetched here, or the cache was removed.
      return undefined;
    }
  }

  async set(version: ReferencedVersion, digest: Digest): Promise<void> {
    await makePrivateFolder(this.#folder);
    const temporary = join(this.#folder, randomUUID());
    await writeFile(temporary, digest, { mode: 0o600 });
    await rename(temporary, this.#fileOf(version));
  }

  #fileOf(version: ReferencedVersion): string {
    return join(this.#folder, this.keyOf(version));
  }
}

import { chmod, writeFile } from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeModelRegistry } from "@modelstack/core/testing";
import { LocalDatabase } from "./database.ts";
import { LocalModelRegistry } from "./model-registry.ts";
import type { VersionScheme } from "./version-number.ts";

async function open(scheme: VersionScheme) {
  const folder = await mkdtemp(join(tmpdir(), "registry-"));
  const databases: LocalDatabase[] = [];
  const connect = () => {
    const database = new LocalDatabase(join(folder, "stack.db"));
    databases.push(database);
    return new LocalModelRegistry(database, join(folder, "models"), scheme);
  };
  return {
    registry: connect(),
    reopen: async () => connect(),
    damage: async (digest: string) => {
      const hex = digest.slice("sha256:".length);
      const path = join(folder, "models", hex.slice(0, 2), hex.slice(2));
      await chmod(path, 0o600);
      await writeFile(path, "damaged");
    },
    dispose: async () => {
      for (const database of databases) database[Symbol.dispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describeModelRegistry("local", () => open("integer"));
describeModelRegistry("local, semver", () => open("semver"));

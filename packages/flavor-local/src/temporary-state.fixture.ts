import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { LocalDatabase } from "./database.ts";

/** A state folder for one test. */
export interface TemporaryState extends Disposable {
  readonly folder: string;
  /** Of the database. */
  readonly path: string;
  /** Opens the database, or another one beside it; it is closed with the folder. */
  connect(name?: string): LocalDatabase;
  /** Overwrites the content of a blob that lies in a folder of the state. */
  damage(blobs: string, digest: string): Promise<void>;
}

export function temporaryState(): TemporaryState {
  const folder = mkdtempSync(join(tmpdir(), "modelstack-"));
  const databases = new DisposableStack();
  return {
    folder,
    path: join(folder, "stack.db"),
    connect: (name = "stack.db") => databases.use(new LocalDatabase(join(folder, name))),
    damage: async (blobs, digest) => {
      const path = blobPath(join(folder, blobs), digest);
      await chmod(path, 0o600);
      await writeFile(path, "damaged");
    },
    [Symbol.dispose]: () => {
      databases.dispose();
      // While all tests run, the last one looks through it for secrets.
      const keepIn = process.env["KEEP_TEST_STATE_IN"];
      if (keepIn === undefined) rmSync(folder, { recursive: true, force: true });
      else renameSync(folder, join(keepIn, basename(folder)));
    },
  };
}

/** Where an artifact store keeps a blob. */
export function blobPath(root: string, digest: string): string {
  const hex = digest.slice("sha256:".length);
  return join(root, hex.slice(0, 2), hex.slice(2));
}

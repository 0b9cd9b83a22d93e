import { mkdirSync, mkdtempDisposableSync, readdirSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ModelRegistry } from "../../components/model-registry.ts";
import { override } from "../../testing/broken/mutation.fixture.ts";
import { InMemoryModelRegistry } from "../../testing/index.ts";
import { emptyFolderTags } from "../empty-folders.ts";
import { readModelFiles } from "../model-files.ts";
import { ModelCache, type IdentifiedModel } from "./model-cache.ts";

export interface CacheFixture extends Disposable {
  readonly folder: string;
  /** The cache's own folder. */
  readonly root: string;
  readonly cache: ModelCache;
  /** What was asked of the registry: `list` and the paths of files. */
  readonly asked: string[];
  /** Registers a model of one file, or a folder of several; folders end in a slash. */
  register(files: Readonly<Record<string, string>>, form?: "file" | "directory"): Promise<IdentifiedModel>;
  /** A cache of the same folder, as another process has it. */
  other(limit?: number): ModelCache;
  /** Lets it look as if the process had ended that loaded what is in the cache now. */
  endUse(): void;
}

/** No system gives a process such a number. */
const deadProcess = `${hostname()}~2147483646~1~user`;

/** A cache and a registry that fills it. */
export function cacheFixture(
  limit = 1024 ** 3,
  change: (registry: ModelRegistry) => Partial<ModelRegistry> = () => ({}),
): CacheFixture {
  const temporary = mkdtempDisposableSync(join(realpathSync(tmpdir()), "modelstack-cache-"));
  const root = join(temporary.path, "cache");
  const memory = new InMemoryModelRegistry();
  const asked: string[] = [];
  const registry = watched(memory, change(memory), asked);
  let count = 0;
  return {
    folder: temporary.path,
    root,
    asked,
    cache: new ModelCache(root, limit),
    other: (otherLimit = limit) => new ModelCache(root, otherLimit),
    register: async (files, form = "directory") => {
      const source = join(temporary.path, `source-${count++}`);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(source, path.endsWith("/") ? path : dirname(path)), { recursive: true });
        if (!path.endsWith("/")) writeFileSync(join(source, path), text);
      }
      const model = await readModelFiles({ path: form === "file" ? join(source, Object.keys(files)[0]!) : source });
      const version = await memory.registerModelVersion(
        {
          model: "penguins",
          files: model.files,
          modelDigest: model.digest,
          tags: emptyFolderTags(model.emptyFolders, memory.capabilities),
        },
        { actor: "ada" },
      );
      const uri = `models:/penguins/${version.version}`;
      return { registry, version: { ...version, modelDigest: model.digest, uri, stack: "local" }, warning: undefined };
    },
    endUse: () => {
      for (const name of readdirSync(root).filter((entry) => entry.startsWith("sha256-"))) {
        const users = join(root, name, "users");
        for (const mark of readdirSync(users)) renameSync(join(users, mark), join(users, deadProcess));
      }
    },
    [Symbol.dispose]: () => temporary.remove(),
  };
}

/** A registry that notes what it is asked for. */
function watched(memory: ModelRegistry, changed: Partial<ModelRegistry>, asked: string[]): ModelRegistry {
  const registry = override(memory, changed);
  return override(registry, {
    listFiles: async (model, version) => {
      asked.push("list");
      return registry.listFiles(model, version);
    },
    downloadFile: async (model, version, file, to, transfer) => {
      asked.push(file.path);
      return registry.downloadFile(model, version, file, to, transfer);
    },
  });
}

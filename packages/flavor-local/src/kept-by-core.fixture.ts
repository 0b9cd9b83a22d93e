import { completedRegistry, type ModelRegistry, type ProvidedModelRegistry } from "@modelstack/core";
import type { LocalDatabase } from "./database.ts";
import { LocalMetadataStore } from "./metadata-store.ts";
import type { LocalModelRegistry } from "./model-registry.ts";

/** The registry as if it knew neither stages nor history, with those that core keeps in the metadata store. */
export function keptByCore(database: LocalDatabase, registry: LocalModelRegistry): ModelRegistry {
  const capabilities = { ...registry.capabilities, history: "metadata-store", stages: "emulated" } as const;
  const provided = new Proxy<ProvidedModelRegistry>(registry, {
    get: (target, key) => {
      const value: unknown = key === "capabilities" ? capabilities : Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return completedRegistry(provided, "local", async () => new LocalMetadataStore(database));
}

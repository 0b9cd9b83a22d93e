import { join } from "node:path";
import { expect } from "vitest";
import type { ModelRegistry } from "../../components/model-registry.ts";
import { by } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

type Call = (registry: ModelRegistry, model: string, folder: string) => Promise<unknown>;

const ofModels: Readonly<Record<string, Call>> = {
  getModel: (registry, model) => registry.getModel(model),
  updateModel: (registry, model) => registry.updateModel(model, { description: "x" }, by),
  renameModel: (registry, model) => registry.renameModel(model, "renamed", by),
  deleteModel: (registry, model) => registry.deleteModel(model, by),
  deleteAlias: (registry, model) => registry.deleteAlias(model, "champion", by),
  getModelVersionByAlias: (registry, model) => registry.getModelVersionByAlias(model, "champion"),
  "addComment to a model": (registry, model) => registry.addComment(model, undefined, "x", by),
  "listComments of a model": (registry, model) => registry.listComments(model),
  "history of a model": (registry, model) => registry.history(model),
};

/** Each asks for version 999.0.0, which is never there. */
const ofVersions: Readonly<Record<string, Call>> = {
  getModelVersion: (registry, model) => registry.getModelVersion(model, "999.0.0"),
  updateModelVersion: (registry, model) => registry.updateModelVersion(model, "999.0.0", { description: "x" }, by),
  deleteModelVersion: (registry, model) => registry.deleteModelVersion(model, "999.0.0", by),
  setStage: (registry, model) => registry.setStage(model, "999.0.0", "Staging", by),
  leaveStage: (registry, model) => registry.leaveStage(model, "999.0.0", "Staging", by),
  setAlias: (registry, model) => registry.setAlias(model, "champion", "999.0.0", by),
  "addComment to a version": (registry, model) => registry.addComment(model, "999.0.0", "x", by),
  "listComments of a version": (registry, model) => registry.listComments(model, "999.0.0"),
  "history of a version": (registry, model) => registry.history(model, "999.0.0"),
  listFiles: (registry, model) => registry.listFiles(model, "999.0.0"),
  downloadFile: (registry, model, folder) =>
    registry.downloadFile(model, "999.0.0", { part: "model", path: "model.bin" }, join(folder, "to")),
};

export function notFoundTests({ it, capabilities }: RegistrySuite): void {
  for (const [what, call] of Object.entries({ ...ofModels, ...ofVersions })) {
    it(`refuses an unknown model as MODEL_NOT_FOUND: ${what}`, async ({ registry, folder, register }) => {
      await register("fraud");

      for (const model of ["absent", "Fraud", "constructor", "__proto__"]) {
        await expect(call(registry, model, folder)).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
      }
    });
  }

  for (const [what, call] of Object.entries(ofVersions)) {
    it(`refuses an unknown version as MODEL_VERSION_NOT_FOUND: ${what}`, async ({ registry, folder, register }) => {
      await register("fraud");

      await expect(call(registry, "fraud", folder)).rejects.toMatchObject({ code: "MODEL_VERSION_NOT_FOUND" });
    });
  }

  if (capabilities.restore) {
    it("refuses to restore a model that was never deleted as MODEL_NOT_FOUND", async ({ registry }) => {
      await expect(registry.restoreModel("absent", by)).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    });

    it("refuses to restore a version that was never deleted as MODEL_VERSION_NOT_FOUND", async ({
      registry,
      register,
    }) => {
      const { version } = await register("fraud");

      await expect(registry.restoreModelVersion("absent", version, by)).rejects.toMatchObject({
        code: "MODEL_NOT_FOUND",
      });
      await expect(registry.restoreModelVersion("fraud", version, by)).rejects.toMatchObject({
        code: "MODEL_VERSION_NOT_FOUND",
      });
    });
  }
}

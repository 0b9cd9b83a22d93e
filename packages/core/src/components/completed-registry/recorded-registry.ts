import { pageOf, type Caller } from "../common.ts";
import type { ModelRegistry, RegisteredModel, RegistryModelVersion, TagChanges } from "../model-registry.ts";
import { override } from "../override.ts";
import { stateAfter } from "../registry-state.ts";
import type { ChangeBook, NewChange } from "./change-book.ts";
import { stageChanges } from "./stage-changes.ts";

/**
 * A registry that keeps no history, with one: a change is written to the book after it was made. One that is made past core, or right before
 * the process is killed, is missing there.
 */
export function recordedRegistry(registry: ModelRegistry, book: ChangeBook): ModelRegistry {
  return override(registry, {
    ...recordedModels(registry, book),
    ...recordedVersions(registry, book),
    ...recordedAliases(registry, book),
    ...(registry.capabilities.comments === "native" ? recordedComments(registry, book) : keptComments(registry, book)),
    history: async (model, version, page) => {
      await requireSubject(registry, model, version);
      const changes = await book.of(model);
      return pageOf(version === undefined ? changes : changes.filter((change) => change.version === version), page);
    },
  });
}

function recordedModels(registry: ModelRegistry, book: ChangeBook): Partial<ModelRegistry> {
  return {
    registerModel: async (request, by) => {
      const model = await registry.registerModel(request, by);
      await book.add(model.name, by, () => [{ kind: "created", to: model.name }]);
      return model;
    },
    updateModel: async (name, changes, by) => {
      const before = await registry.getModel(name);
      const model = await registry.updateModel(name, changes, by);
      await book.add(name, by, () => described(before, changes));
      return model;
    },
    renameModel: async (name, to, by) => {
      const model = await registry.renameModel(name, to, by);
      if (name !== to) await book.rename(name, to, by);
      return model;
    },
    deleteModel: async (name, by) => {
      await registry.deleteModel(name, by);
      await book.add(name, by, () => [{ kind: "deleted", from: name }]);
    },
    restoreModel: async (name, by) => {
      const model = await registry.restoreModel(name, by);
      await book.add(name, by, () => [{ kind: "restored", to: name }]);
      return model;
    },
  };
}

function recordedVersions(registry: ModelRegistry, book: ChangeBook): Partial<ModelRegistry> {
  const add = (version: RegistryModelVersion, by: Caller, changes: readonly NewChange[]) =>
    book.add(version.model, by, () => changes.map((change) => ({ ...change, version: version.version })));
  return {
    registerModelVersion: async (request, by, transfer) => {
      const { items } = await registry.listModels({ name: request.model, limit: 1 });
      const { model, version, ...rest } = await registry.registerModelVersion(request, by, transfer);
      await book.add(model, by, (past) => [
        // Another process may have made the model meanwhile, and said so.
        ...(items.length > 0 || stateAfter(past).exists ? [] : [{ kind: "created", to: model } as const]),
        { kind: "created", version, to: version },
      ]);
      return { model, version, ...rest };
    },
    updateModelVersion: async (name, number, changes, by) => {
      const before = await registry.getModelVersion(name, number);
      const version = await registry.updateModelVersion(name, number, changes, by);
      await add(version, by, described(before, changes));
      return version;
    },
    deleteModelVersion: async (name, number, by) => {
      const version = await registry.getModelVersion(name, number);
      await registry.deleteModelVersion(name, number, by);
      await add(version, by, [{ kind: "deleted", from: number }]);
    },
    restoreModelVersion: async (name, number, by) => {
      const version = await registry.restoreModelVersion(name, number, by);
      await add(version, by, [{ kind: "restored", to: number }]);
      return version;
    },
    setStage: async (name, number, stage, by) => {
      const changes = await stageChanges(registry, name, number, stage, () =>
        registry.setStage(name, number, stage, by),
      );
      await book.add(name, by, () => changes);
      return registry.getModelVersion(name, number);
    },
    leaveStage: async (name, number, stage, by) => {
      const changes = await stageChanges(registry, name, number, "None", () =>
        registry.leaveStage(name, number, stage, by),
      );
      await book.add(name, by, () => changes);
      return registry.getModelVersion(name, number);
    },
  };
}

function recordedAliases(registry: ModelRegistry, book: ChangeBook): Partial<ModelRegistry> {
  const targetOf = async (model: string, alias: string) => {
    const { aliases } = await registry.getModel(model);
    return Object.hasOwn(aliases, alias) ? aliases[alias] : undefined;
  };
  return {
    setAlias: async (model, alias, version, by) => {
      const from = await targetOf(model, alias);
      await registry.setAlias(model, alias, version, by);
      if (from === version) return;
      const change = { kind: "alias", version, subject: alias, to: version } as const;
      await book.add(model, by, () => [from === undefined ? change : { ...change, from }]);
    },
    deleteAlias: async (model, alias, by) => {
      const from = await targetOf(model, alias);
      await registry.deleteAlias(model, alias, by);
      if (from !== undefined) await book.add(model, by, () => [{ kind: "alias", version: from, subject: alias, from }]);
    },
  };
}

function recordedComments(registry: ModelRegistry, book: ChangeBook): Partial<ModelRegistry> {
  return {
    addComment: async (model, version, text, by) => {
      await registry.addComment(model, version, text, by);
      await book.add(model, by, () => [comment(version, text)]);
    },
  };
}

/** Comments of a registry that has none: they are in the history alone. */
function keptComments(registry: ModelRegistry, book: ChangeBook): Partial<ModelRegistry> {
  return {
    addComment: async (model, version, text, by) => {
      await requireSubject(registry, model, version);
      await book.add(model, by, () => [comment(version, text)]);
    },
    listComments: async (model, version) => {
      await requireSubject(registry, model, version);
      const comments = (await book.of(model)).filter((change) => change.kind === "comment");
      return comments
        .filter((change) => change.version === version)
        .map(({ at, actor, to = "" }) => ({ at, actor, text: to }));
    },
  };
}

const comment = (version: string | undefined, text: string): NewChange => ({
  kind: "comment",
  ...(version === undefined ? {} : { version }),
  to: text,
});

async function requireSubject(registry: ModelRegistry, model: string, version: string | undefined): Promise<void> {
  if (version === undefined) await registry.getModel(model);
  else await registry.getModelVersion(model, version);
}

/** What changes of a description and of tags. */
function described(
  before: Pick<RegisteredModel, "description" | "tags">,
  { description, tags = {} }: { readonly description?: string; readonly tags?: TagChanges },
): NewChange[] {
  const text =
    description === undefined || description === before.description
      ? []
      : [{ kind: "updated", subject: "description", from: before.description, to: description } as const];
  const changed = Object.entries(tags).flatMap(([key, to]) => {
    const from = Object.hasOwn(before.tags, key) ? before.tags[key] : undefined;
    if (from === (to ?? undefined)) return [];
    const given = { ...(from === undefined ? {} : { from }), ...(to === null ? {} : { to }) };
    return [{ kind: "tag", subject: key, ...given } as const];
  });
  return [...text, ...changed];
}

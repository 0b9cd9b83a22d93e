import type { ModelRegistry, RegistryChange } from "../../components/model-registry.ts";
import type { Mutation } from "./mutation.fixture.ts";

/** A registry that tells its history otherwise. */
function telling(change: (changes: readonly RegistryChange[]) => readonly RegistryChange[]) {
  return (registry: ModelRegistry): Partial<ModelRegistry> => ({
    history: async (...about) => {
      const { items, ...page } = await registry.history(...about);
      return { ...page, items: change(items) };
    },
  });
}

const without = (key: keyof RegistryChange) =>
  telling((changes) => changes.map(({ [key]: _, ...entry }) => entry as RegistryChange));

const withoutKind = (kind: RegistryChange["kind"]) =>
  telling((changes) => changes.filter((entry) => entry.kind !== kind));

/** What is said of history and comments. */
export const historyMutations: readonly Mutation<ModelRegistry>[] = [
  { rule: "history says who", failing: "says who made a model, why and in which run", breakIt: without("actor") },
  { rule: "history says why", failing: "says who made a model, why and in which run", breakIt: without("reason") },
  { rule: "history says in which run", failing: "says who registered a version", breakIt: without("run") },
  {
    rule: "history makes nothing up",
    failing: "says neither why nor in which run when the caller did not",
    breakIt: telling((changes) => changes.map((entry) => ({ reason: "", ...entry }))),
  },
  {
    rule: "history says from where",
    failing: "says from which stage a version was moved",
    breakIt: without("from"),
  },
  { rule: "history says where to", failing: "says where an alias pointed and points", breakIt: without("to") },
  { rule: "history says which tag", failing: "says how a tag changed", breakIt: without("subject") },
  {
    rule: "history knows descriptions",
    failing: "says how a description changed",
    breakIt: withoutKind("updated"),
  },
  { rule: "history knows names", failing: "says which name a model had", breakIt: withoutKind("renamed") },
  {
    rule: "history knows what was restored",
    failing: "says who deleted and who restored a version",
    breakIt: withoutKind("restored"),
  },
  {
    rule: "history knows what was deleted",
    failing: "says who deleted and who restored a model",
    breakIt: withoutKind("deleted"),
  },
  {
    rule: "history outlives a version",
    failing: "keeps the history of a deleted version with the model",
    breakIt: telling((changes) => {
      const deleted = changes.filter(({ kind }) => kind === "deleted").map(({ version }) => version);
      return changes.filter(({ version }) => version === undefined || !deleted.includes(version));
    }),
  },
  {
    rule: "history is only ever added to",
    failing: "only ever adds to the history, oldest first",
    breakIt: telling((changes) => [...new Map(changes.map((entry) => [entry.kind, entry])).values()]),
  },
  {
    rule: "history is told from its beginning",
    failing: "only ever adds to the history, oldest first",
    breakIt: telling((changes) => changes.toReversed()),
  },
  {
    rule: "every change has an id of its own",
    failing: "only ever adds to the history, oldest first",
    breakIt: telling((changes) => changes.map((entry) => ({ ...entry, id: "1" }))),
  },
  {
    rule: "what was refused did not happen",
    failing: "leaves no history of what was refused",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        await registry.addComment(model, version, `to be moved to ${stage}`, by);
        return registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "a version's history is its own",
    failing: "keeps the histories of versions and models apart",
    breakIt: (registry) => ({ history: (model) => registry.history(model) }),
  },
  {
    rule: "history is paged",
    failing: "gives the history in pages",
    breakIt: (registry) => ({ history: (model, version) => registry.history(model, version) }),
  },
  {
    rule: "comments are listed oldest first",
    failing: "lists the comments of a version, oldest first, with who made them",
    breakIt: (registry) => ({
      listComments: async (...about) => (await registry.listComments(...about)).toReversed(),
    }),
  },
  {
    rule: "a version's comments are not its model's",
    failing: "keeps the comments of a model and of its versions apart",
    breakIt: (registry) => ({ addComment: (model, _, text, by) => registry.addComment(model, undefined, text, by) }),
  },
  {
    rule: "a comment may be any text",
    failing: "gives awkward comments back equal",
    breakIt: (registry) => ({
      addComment: (model, version, text, by) => registry.addComment(model, version, text.trim(), by),
    }),
  },
  { rule: "a comment is history too", failing: "has comments in the history", breakIt: withoutKind("comment") },
];

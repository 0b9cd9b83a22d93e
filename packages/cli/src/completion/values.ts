import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { modelVersionStages, openStackOf, type RegistryModelVersion, type Stack } from "@modelstack/core/stack";
import { FlavorCatalog } from "@modelstack/core/base";
import { builtInPlugins } from "../built-in.ts";
import { project, type Context } from "../context.ts";
import { namedPlugins } from "../named-plugins.ts";
import type { Typed } from "./typed.ts";

// What may stand in place of an argument or of a flag's value. What does not begin like the word is left out later.

/** How many of what is stored are looked at. */
const MOST = 100;

/** A word that is being typed. */
export interface Place {
  readonly context: Context;
  readonly typed: Typed;
  /** The word so far. */
  readonly partial: string;
}

export type Values = (place: Place) => Promise<readonly string[]>;

async function withStack<T>({ context, typed }: Place, read: (stack: Stack) => Promise<T>): Promise<T> {
  const stackFile = typed.flags.get("stack-file");
  const opened = await project(context, {
    json: false,
    debug: false,
    ...(stackFile === undefined ? {} : { stackFile }),
  });
  await using stack = await openStackOf(opened, typed.flags.get("stack") ?? context.io.env["STACK_NAME"]);
  return await read(stack);
}

export const stacks: Values = async ({ context, typed }) => {
  const stackFile = typed.flags.get("stack-file");
  const opened = await project(context, {
    json: false,
    debug: false,
    ...(stackFile === undefined ? {} : { stackFile }),
  });
  return [...opened.file.stacks.keys()];
};

/** Names and `latest`; ids once a word begins like one. */
export const runs: Values = (place) =>
  withStack(place, async (stack) => {
    const { items } = await (await stack.metadataStore()).listRuns({ limit: MOST });
    const ids = place.partial === "" ? [] : items.map(({ id }) => id);
    return ["latest", ...items.map(({ name }) => name), ...ids];
  });

export const pipelines: Values = (place) =>
  withStack(place, async (stack) => {
    const { items } = await (await stack.metadataStore()).listRuns({ limit: MOST });
    return items.map(({ pipeline }) => pipeline);
  });

/** Of the run that is named before. */
export const steps: Values = (place) =>
  withStack(place, async (stack) => {
    const { findRun } = await import("@modelstack/core");
    const metadata = await stack.metadataStore();
    const named = place.typed.flags.get("run") ?? place.typed.positionals.find((word) => word !== "") ?? "latest";
    const plan = await metadata.getPlan((await findRun(metadata, named)).plan);
    return plan.instances.map(({ name }) => name);
  });

export const experiments: Values = (place) =>
  withStack(place, async (stack) => {
    const page = await (await stack.experimentTracker())?.listExperiments({ limit: MOST });
    return page?.items.map(({ name }) => name) ?? [];
  });

export const namedArtifacts: Values = (place) =>
  withStack(place, async (stack) => {
    const { items } = await (await stack.metadataStore()).namedArtifacts(undefined, { limit: MOST });
    return items.map(({ name }) => name);
  });

/** Names and, after a colon, versions. */
export const artifacts: Values = (place) =>
  withStack(place, async (stack) => {
    const metadata = await stack.metadataStore();
    const name = /^(.+):/.exec(place.partial)?.[1];
    const { items } = await metadata.namedArtifacts(name, { limit: MOST });
    return items.map((item) => (name === undefined ? item.name : `${item.name}:${item.version}`));
  });

const deleted = ({ typed }: Place) => ["restore", "deleted"].includes(typed.path.at(-1) ?? "");

export const models: Values = (place) =>
  withStack(place, async (stack) => {
    const page = await (await stack.modelRegistry())?.listModels({ limit: MOST, deleted: deleted(place) });
    return page?.items.map(({ name }) => name) ?? [];
  });

/** `NAME`, and after it `/VERSION`, `/STAGE`, `/latest` or `@ALIAS`; in front of all there may be `models:/`. */
export function modelSpecs({ version }: { readonly version: "needed" | "possible" }): Values {
  return async (place) => {
    const [, scheme = "", spec = ""] = /^(models:\/)?(.*)$/s.exec(place.partial) ?? [];
    const at = Math.max(spec.lastIndexOf("/"), spec.lastIndexOf("@"));
    if (at >= 0) {
      const found = await versionsOf(place, spec.slice(0, at));
      const ends = spec[at] === "@" ? found.aliases : [...found.versions, ...found.stages, "latest"];
      return ends.map((end) => scheme + spec.slice(0, at + 1) + end);
    }
    const names = await models(place);
    if (version === "needed") return names.map((name) => `${scheme}${name}/`);
    // A whole name can be gone on with.
    return names
      .flatMap((name) => (name === spec ? [name, `${name}/`, `${name}@`] : [name]))
      .map((name) => scheme + name);
  };
}

/** Of the model that is named before. */
export const versions: Values = async (place) => {
  const { versions: numbers, stages, aliases } = await versionsOf(place, modelBefore(place));
  return [...numbers, ...stages, "latest", ...aliases.map((alias) => `@${alias}`)];
};

export const aliases: Values = async (place) => (await versionsOf(place, modelBefore(place))).aliases;

export const stages: Values = async () => modelVersionStages;

function modelBefore({ typed }: Place): string {
  return (typed.positionals[0] ?? "").replace(/^models:\//, "").replace(/[/@].*$/, "");
}

function versionsOf(place: Place, model: string) {
  return withStack(place, async (stack) => {
    const registry = await stack.modelRegistry();
    const page = await registry?.listModelVersions({ model, limit: MOST, deleted: deleted(place) });
    const items: readonly RegistryModelVersion[] = page?.items ?? [];
    return {
      versions: items.map(({ version }) => version),
      stages: [...new Set(items.map(({ stage }) => stage))].filter((stage) => stage !== "None"),
      aliases: items.flatMap((item) => item.aliases),
    };
  });
}

export const flavors: Values = async ({ context, typed }) => {
  const stackFile = typed.flags.get("stack-file");
  const named = await namedPlugins(context.io, stackFile === undefined ? {} : { stackFile });
  return new FlavorCatalog([...(await builtInPlugins()), ...named]).list().map(({ kind, name }) => `${kind}/${name}`);
};

export const kinds: Values = async (place) => [...new Set((await flavors(place)).map((name) => name.split("/")[0]!))];

/** Files whose names end so, and folders to look into. */
export function files(ends = /(?:)/): Values {
  return async ({ context, partial }) => {
    const folder = partial.endsWith("/") ? partial : dirname(partial);
    const prefix = partial.endsWith("/") ? partial : partial.includes("/") ? join(dirname(partial), "/") : "";
    const shown = partial.startsWith("./") && !prefix.startsWith("./") ? `./${prefix}` : prefix;
    const hidden = basename(partial).startsWith(".") && !partial.endsWith("/");
    const entries = await readdir(resolve(context.io.cwd(), folder), { withFileTypes: true });
    return entries
      .filter((entry) => (hidden || !entry.name.startsWith(".")) && entry.name !== "node_modules")
      .filter((entry) => entry.isDirectory() || ends.test(entry.name))
      .map((entry) => shown + entry.name + (entry.isDirectory() ? "/" : ""));
  };
}

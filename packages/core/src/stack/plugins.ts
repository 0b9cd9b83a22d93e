import { readFile, realpath } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, StackError, type SourceLocation } from "../errors.ts";
import { printable } from "../names.ts";
import type { Plugin } from "./flavor.ts";
import { entryOf } from "./package-entry.ts";

/** The version of the interface between core and plugins. */
export const PLUGIN_API = 1;

/** What a plugin's package.json says of it, read without importing any of its code. */
export interface PluginManifest {
  /** The package's name. */
  readonly package: string;
  readonly version: string;
  /** `kind/name` of each flavor. */
  readonly flavors: readonly string[];
  /** The schemes of references that it fetches. */
  readonly fetchers: readonly string[];
  /** Why it cannot be used now, or `undefined` when it can. */
  readonly problem: string | undefined;
}

/** A plugin that can be loaded. */
export interface PluginSource {
  readonly manifest: PluginManifest;
  /** Imports its module, whose default export `loadPlugin` checks. */
  load(): Promise<unknown>;
}

/** The part of package.json that is looked at. Checked by hand: listing flavors must not wait for zod to load. */
interface PackageJson {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly modelstack?: { readonly api?: unknown; readonly flavors?: unknown; readonly fetchers?: unknown };
}

/** Reads the manifest of a plugin whose package.json is known. */
export async function readManifest(path: string): Promise<PluginManifest> {
  const { name, version, modelstack } = JSON.parse(await readFile(path, "utf8")) as PackageJson;
  if (typeof name !== "string" || typeof version !== "string") throw new TypeError("it has no name and version");
  const [flavors, fetchers] = [texts(modelstack?.flavors), texts(modelstack?.fetchers)];
  return { package: name, version, flavors, fetchers, problem: problemOf(modelstack) };
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}

function problemOf(modelstack: PackageJson["modelstack"]): string | undefined {
  if (modelstack === undefined) return `its package.json has no "modelstack" entry: it is not a plugin`;
  if (modelstack.api === PLUGIN_API) return undefined;
  return `it is made for interface ${String(modelstack.api)} of modelstack, this is ${PLUGIN_API}`;
}

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/**
 * Finds a plugin named under `plugins:` in stack.yaml, at `location`: a package resolved from the project, or a folder inside it
 * (`./my-flavor`).
 *
 * @throws StackError PLUGIN_NOT_FOUND, PLUGIN_INVALID
 */
export async function findPlugin(
  name: string,
  projectFolder: string,
  location?: SourceLocation,
): Promise<PluginSource> {
  const at = location === undefined ? {} : { location };
  const isPath = /^\.{0,2}[/\\]|^[A-Za-z]:/.test(name) || name === "." || name === "..";
  if (!isPath && !PACKAGE_NAME.test(name)) {
    throw new StackError("PLUGIN_INVALID", `The plugin ${printable(name)} is not the name of a package.`, {
      ...at,
      hint: "Name an installed package, or a folder of the project as ./folder.",
    });
  }
  const manifestPath = isPath
    ? await manifestInside(name, projectFolder, at)
    : manifestOfPackage(name, projectFolder, at);
  let manifest: PluginManifest;
  try {
    manifest = await readManifest(manifestPath);
  } catch (cause) {
    throw new StackError("PLUGIN_INVALID", `The plugin ${name} has no readable package.json: ${messageOf(cause)}.`, {
      ...at,
      hint: 'A plugin\'s package.json has a name, a version and "modelstack": { "api": 1, "flavors": ["kind/name"] }.',
      cause,
    });
  }
  return {
    manifest,
    load: async () => {
      const entry = await entryOf(manifestPath);
      return ((await import(pathToFileURL(entry).href)) as { default?: unknown }).default;
    },
  };
}

type At = { readonly location?: SourceLocation };

function manifestOfPackage(name: string, projectFolder: string, at: At): string {
  let path: string | undefined;
  try {
    path = findPackageJSON(name, pathToFileURL(join(projectFolder, "package.json")));
  } catch {
    path = undefined;
  }
  if (path === undefined) {
    throw new StackError("PLUGIN_NOT_FOUND", `The plugin ${name} is not installed in ${projectFolder}.`, {
      ...at,
      hint: `npm install ${name}`,
    });
  }
  return path;
}

async function manifestInside(name: string, projectFolder: string, at: At): Promise<string> {
  const root = await realpath(projectFolder);
  let folder: string;
  try {
    folder = await realpath(join(root, name));
  } catch (cause) {
    throw new StackError("PLUGIN_NOT_FOUND", `There is no folder ${name} in ${projectFolder}.`, {
      ...at,
      hint: "Name an installed package or a folder of the project that has a package.json.",
      cause,
    });
  }
  if (!folder.startsWith(root + sep)) {
    throw new StackError("PLUGIN_INVALID", `The plugin ${name} lies outside the project ${projectFolder}.`, {
      ...at,
      hint: "Install it as a package: plugins are code, and code comes from the project or its packages.",
    });
  }
  return join(folder, "package.json");
}

/**
 * Imports a plugin and checks what it exports.
 *
 * @throws StackError PLUGIN_INVALID naming the plugin and its version
 */
export async function loadPlugin(source: PluginSource): Promise<Plugin> {
  const { manifest } = source;
  const label = `${manifest.package} ${manifest.version}`;
  if (manifest.problem !== undefined) {
    throw new StackError("PLUGIN_INVALID", `The plugin ${label} cannot be used: ${manifest.problem}.`, {
      hint: `Install a version of ${manifest.package} for interface ${PLUGIN_API}, or remove it from plugins: in stack.yaml.`,
    });
  }
  let exported: unknown;
  try {
    exported = await source.load();
  } catch (cause) {
    throw new StackError("PLUGIN_INVALID", `The plugin ${label} failed while it was imported: ${messageOf(cause)}.`, {
      hint: "Update or remove it. Commands that do not need its flavors still work.",
      cause,
    });
  }
  const plugin = exported as Partial<Plugin> | undefined;
  if (plugin?.api !== PLUGIN_API || !Array.isArray(plugin.flavors)) {
    throw new StackError(
      "PLUGIN_INVALID",
      `The plugin ${label} does not default-export definePlugin({ api: ${PLUGIN_API}, flavors }).`,
      { hint: "Update or remove it. Commands that do not need its flavors still work." },
    );
  }
  // The parts of it are what its types say, or fail where they are used.
  return plugin as Plugin;
}

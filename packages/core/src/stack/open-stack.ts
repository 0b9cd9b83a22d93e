import { AsyncLocalStorage } from "node:async_hooks";
import { dirname, join, resolve } from "node:path";
import { componentKinds, type ComponentKind } from "../components/kinds.ts";
import type { Place } from "../components/model-uri.ts";
import { StackError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { nearest } from "../suggest.ts";
import type { ConfiguredComponent } from "./container.ts";
import { environmentFor, expandEnvironment } from "./env.ts";
import type { AnyFlavor } from "./flavor.ts";
import { FlavorCatalog } from "./flavor-catalog.ts";
import { findUpwards } from "./locate.ts";
import { findPlugin, type PluginSource } from "./plugins.ts";
import { refusedConfig } from "./refused-config.ts";
import { checkRegistryRule } from "./registry-rule.ts";
import { Stack } from "./stack.ts";
import { builtInStackFile, readStackFile, type StackEntry, type StackFile } from "./stack-file.ts";

export interface StackOptions {
  /** A stack of stack.yaml. Default: the active one. */
  readonly stack?: string | undefined;
  /** Path of stack.yaml. Default: the nearest one in the working folder or above it, else the built-in stack. */
  readonly stackFile?: string | undefined;
  /** Where to look from. Default: the process's working folder. */
  readonly cwd?: string | undefined;
  /** Told, in lines, what is used, and what components do that need not be known. Default: nobody. */
  readonly onNote?: ((message: string) => void) | undefined;
  /** Told, in lines, what components warn of. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

/** A project: its stack.yaml and the flavors that its stacks can use. */
export interface Project {
  readonly file: StackFile;
  readonly folder: string;
  readonly note: (message: string) => void;
  readonly warn: (message: string) => void;
  /** @throws StackError of the plugin that cannot be found or is there twice */
  catalog(): Promise<FlavorCatalog>;
}

/** Finds and reads the stack.yaml that serves a folder. `builtIn` are the plugins that need not be named in it. */
export async function openProject(options: StackOptions, builtIn: readonly PluginSource[]): Promise<Project> {
  const cwd = options.cwd ?? process.cwd();
  const path = options.stackFile === undefined ? findUpwards("stack.yaml", cwd) : resolve(cwd, options.stackFile);
  const file = path === undefined ? builtInStackFile : await readStackFile(path);
  const packageJson = findUpwards("package.json", cwd);
  const folder = path !== undefined ? dirname(path) : packageJson !== undefined ? dirname(packageJson) : cwd;
  let catalog: Promise<FlavorCatalog> | undefined;
  const { onNote: note = () => undefined, onWarning: warn = (message) => process.emitWarning(message) } = options;
  // What is told while a step runs is not what the step prints.
  const outside = AsyncLocalStorage.snapshot();
  note(`stack.yaml: ${path ?? "none, the built-in stack serves"}`);
  return {
    file,
    folder,
    note: (message) => outside(note, message),
    warn: (message) => outside(warn, message),
    catalog: () => (catalog ??= loadCatalog(file, folder, builtIn)),
  };
}

async function loadCatalog(file: StackFile, folder: string, builtIn: readonly PluginSource[]): Promise<FlavorCatalog> {
  const named = await Promise.all(
    file.plugins.map((name, i) => findPlugin(name, folder, file.source?.locate(["plugins", String(i)]))),
  );
  return new FlavorCatalog([...builtIn, ...named]);
}

/** @throws StackError STACK_NOT_FOUND with the stacks that there are */
export function selectStack(file: StackFile, name = file.active): { name: string; entry: StackEntry } {
  const entry = file.stacks.get(name);
  if (entry !== undefined) return { name, entry };
  const [near] = nearest(name, file.stacks.keys());
  throw new StackError(
    "STACK_NOT_FOUND",
    `There is no stack "${name}" in ${file.source?.path ?? "the built-in configuration"}.`,
    {
      hint: `${near === undefined ? "" : `Did you mean "${near}"? `}Stacks: ${[...file.stacks.keys()].join(", ")}.`,
    },
  );
}

/**
 * Checks a stack without making any of its components: the registry rule, that its flavors exist, and each flavor's configuration. `at` is
 * where its tracker and registry are, in place of what stack.yaml says.
 *
 * @throws StackError with the place in stack.yaml
 */
export async function checkStack(
  project: Project,
  name: string,
  entry: StackEntry,
  at: Place = {},
): Promise<ReadonlyMap<ComponentKind, ConfiguredComponent>> {
  const catalog = await project.catalog();
  const place = (kind: ComponentKind) => project.file.source?.locate(["stacks", name, kind, "flavor"]);
  // A flavor that is misspelled must not look like two flavors that differ.
  for (const kind of componentKinds)
    if (entry[kind] !== undefined) catalog.require(kind, entry[kind].flavor, place(kind));
  checkRegistryRule(name, entry, project.file);
  const environment = environmentFor(project.file.source?.path);
  const configured = new Map<ComponentKind, ConfiguredComponent>();
  for (const kind of componentKinds) {
    const component = entry[kind];
    if (component === undefined) continue;
    const flavor = await catalog.find(kind, component.flavor, place(kind));
    const placed = onServer.includes(kind) ? keysOf(flavor, at) : {};
    const locate = (path: readonly string[]) => {
      const [key = ""] = path;
      if (Object.hasOwn(placed, key)) return { file: `?${key}=${placed[key]}` };
      return project.file.source?.locate(["stacks", name, kind, ...path]) ?? { file: "the built-in stack" };
    };
    // What a reference says is no variable's name: it comes from elsewhere, and must not read the environment.
    const given = { ...expandedConfig(component.config, environment, locate), ...placed };
    const parsed = flavor.config.strict().safeParse(given);
    if (!parsed.success) throw refusedConfig(kind, component.flavor, flavor.config, given, parsed.error, locate);
    configured.set(kind, { flavor: component.flavor, config: parsed.data });
  }
  return configured;
}

function expandedConfig(...given: Parameters<typeof expandEnvironment>): Record<string, unknown> {
  // A mapping stays one.
  return expandEnvironment(...given) as Record<string, unknown>;
}

/** What a registry shares with its tracker: where their server keeps both. */
const onServer: readonly ComponentKind[] = ["experiment_tracker", "model_registry"];

/** Those keys of a place that a flavor's configuration has. */
function keysOf(flavor: AnyFlavor, place: Place): Place {
  return Object.fromEntries(Object.entries(place).filter(([key]) => Object.hasOwn(flavor.config.shape, key)));
}

/** The keys that a reference to a model of this stack may have besides `stack`. */
async function placeKeysOf(project: Project, entry: StackEntry): Promise<readonly string[]> {
  if (entry.model_registry === undefined) return [];
  const catalog = await project.catalog();
  const { flavor } = entry.model_registry;
  return (await catalog.find("model_registry", flavor)).placeKeys ?? [];
}

/** Opens a stack of a project that was read before. Nothing connects until a component is used. */
export async function openStackOf(project: Project, stackName?: string, place: Place = {}): Promise<Stack> {
  const { name, entry } = selectStack(project.file, stackName);
  const components = await checkStack(project, name, entry, place);
  // Loaded when a stack is opened: what only reads stack.yaml needs no container.
  const { createStackContainer } = await import("./container.ts");
  const opened = new AsyncDisposableStack();
  const catalog = await project.catalog();
  project.note(`stack ${name}: state in ${join(project.folder, ".stack")}`);
  for (const [kind, { flavor }] of components) {
    const { manifest } = catalog.require(kind, flavor);
    project.note(`${kind}: ${flavor} of ${manifest.package} ${manifest.version}`);
  }
  const get = createStackContainer(catalog, {
    components,
    projectFolder: project.folder,
    stateFolder: join(project.folder, ".stack"),
    variables: environmentFor(project.file.source?.path),
    modelNames: project.file.modelNames,
    defaultTags: project.file.defaultTags,
    opened,
    note: project.note,
    warn: project.warn,
  });
  return new Stack(
    {
      name,
      projectFolder: project.folder,
      file: project.file.source?.path,
      entry,
      modelNames: project.file.modelNames,
      defaultTags: project.file.defaultTags,
      modelCacheLimit: project.file.modelCacheLimit,
      requireClean: project.file.requireClean,
      upload: project.file.upload,
      place,
      placeKeys: await placeKeysOf(project, entry),
    },
    get,
    (scheme) => catalog.fetcher(scheme),
    onceEach(async (other, at) => opened.use(await openStackOf(project, other, at))),
    () => opened.disposeAsync(),
  );
}

/** Opens what a name stands for when it is first asked for. What failed is tried again. */
function onceEach<T>(open: (name: string, place: Place) => Promise<T>): (name: string, place: Place) => Promise<T> {
  const opening = new Map<string, Promise<T>>();
  return (name, place) => {
    const key = canonicalJson([name, place]);
    const present = opening.get(key) ?? open(name, place);
    opening.set(key, present);
    present.catch(() => opening.delete(key));
    return present;
  };
}

import type { Fetcher } from "../artifacts/fetcher.ts";
import type { ComponentKind } from "../components/kinds.ts";
import { StackError, type SourceLocation } from "../errors.ts";
import { nearest } from "../suggest.ts";
import type { AnyFlavor, Plugin } from "./flavor.ts";
import { loadPlugin, type PluginManifest, type PluginSource } from "./plugins.ts";

/** A flavor as `stack flavor list` shows it. */
export interface FlavorListing {
  readonly kind: string;
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** Why it cannot be used now, or `undefined` when it can. */
  readonly problem: string | undefined;
}

/** The flavors of all plugins, known from their manifests; a plugin is imported when one of its flavors is wanted. */
export class FlavorCatalog {
  readonly #sources: readonly PluginSource[];
  readonly #loaded = new Map<string, Promise<Plugin>>();

  /** @throws StackError FLAVOR_DUPLICATE when two packages list the same kind and name, or fetch the same scheme */
  constructor(sources: readonly PluginSource[]) {
    this.#sources = sources;
    const owners = new Map<string, string>();
    for (const { manifest } of sources) {
      const brought = [
        ...manifest.flavors.map((flavor) => `the flavor ${flavor}`),
        ...manifest.fetchers.map((scheme) => `a fetcher of ${scheme}:`),
      ];
      for (const flavor of brought) {
        const other = owners.get(flavor);
        if (other !== undefined) {
          throw new StackError("FLAVOR_DUPLICATE", `Both ${other} and ${manifest.package} bring ${flavor}.`, {
            hint: "Remove one of them from plugins: in stack.yaml.",
          });
        }
        owners.set(flavor, manifest.package);
      }
    }
  }

  plugins(): readonly PluginManifest[] {
    return this.#sources.map(({ manifest }) => manifest);
  }

  list(): FlavorListing[] {
    return this.#sources.flatMap(({ manifest }) => manifest.flavors.map((flavor) => listing(flavor, manifest)));
  }

  /**
   * Returns the plugin that brings a flavor.
   *
   * @throws StackError FLAVOR_UNKNOWN with the known ones
   */
  require(kind: ComponentKind, name: string, location?: SourceLocation): PluginSource {
    const source = this.#sources.find(({ manifest }) => manifest.flavors.includes(`${kind}/${name}`));
    if (source === undefined) throw this.#unknown(kind, name, location);
    return source;
  }

  /**
   * Imports the plugin that brings a flavor.
   *
   * @throws StackError FLAVOR_UNKNOWN with the known ones, PLUGIN_INVALID
   */
  async find(kind: ComponentKind, name: string, location?: SourceLocation): Promise<AnyFlavor> {
    const source = this.require(kind, name, location);
    const { flavors } = await this.#load(source);
    const flavor = flavors.find((candidate) => candidate.kind === kind && candidate.name === name);
    if (flavor === undefined) {
      throw new StackError(
        "PLUGIN_INVALID",
        `The plugin ${source.manifest.package} ${source.manifest.version} lists ${kind}/${name} in its package.json but does not export it.`,
        { ...(location === undefined ? {} : { location }), hint: "Update it, or choose another flavor." },
      );
    }
    return flavor;
  }

  /**
   * Imports the plugin that fetches references of a scheme; `undefined` when none does.
   *
   * @throws StackError PLUGIN_INVALID
   */
  async fetcher(scheme: string): Promise<Fetcher | undefined> {
    const source = this.#sources.find(({ manifest }) => manifest.fetchers.includes(scheme));
    if (source === undefined) return undefined;
    const { fetchers = [] } = await this.#load(source);
    const fetcher = fetchers.find(({ schemes }) => schemes.includes(scheme));
    if (fetcher !== undefined) return fetcher;
    throw new StackError(
      "PLUGIN_INVALID",
      `The plugin ${source.manifest.package} ${source.manifest.version} lists a fetcher of ${scheme}: in its package.json but does not export it.`,
      { hint: "Update it." },
    );
  }

  #load(source: PluginSource): Promise<Plugin> {
    const name = source.manifest.package;
    const loading = this.#loaded.get(name) ?? loadPlugin(source);
    this.#loaded.set(name, loading);
    return loading;
  }

  #unknown(kind: ComponentKind, name: string, location?: SourceLocation): StackError {
    const known = this.list()
      .filter((flavor) => flavor.kind === kind)
      .map((flavor) => flavor.name);
    const [near] = nearest(name, known);
    // A package that is no plugin lists no flavors: the one that is looked for may be meant to come from it.
    const useless = this.#sources.flatMap(({ manifest }) =>
      manifest.problem === undefined ? [] : [` ${manifest.package} cannot be used: ${manifest.problem}.`],
    );
    return new StackError("FLAVOR_UNKNOWN", `unknown flavor "${name}" of ${kind}`, {
      ...(location === undefined ? {} : { location }),
      hint: `${near === undefined ? "" : `did you mean "${near}"? `}Known: ${known.join(", ")}. Others come with packages named under plugins:.${useless.join("")}`,
    });
  }
}

function listing(flavor: string, manifest: PluginManifest): FlavorListing {
  const [kind = "", name = ""] = flavor.split("/", 2);
  return { kind, name, package: manifest.package, version: manifest.version, problem: manifest.problem };
}

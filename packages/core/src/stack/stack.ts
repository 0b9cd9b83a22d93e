import { join } from "node:path";
import { fetchReference, type Fetched, type FetchPlace, type FindFetcher } from "../artifacts/fetcher.ts";
import type { Reference } from "../artifacts/reference.ts";
import type { ComponentKind, ComponentTypes } from "../components/kinds.ts";
import type { Place } from "../components/model-uri.ts";
import { digestOf, type Digest } from "../digest.ts";
import { StackError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import type { ComponentGetter } from "./container.ts";
import type { StackEntry } from "./stack-file.ts";
import type { UploadSettings } from "./upload-settings.ts";

/** An open stack: its components, made when they are first asked for. Dispose it when done: `await using stack = await openStack()`. */
export class Stack implements AsyncDisposable {
  readonly name: string;
  /** The folder of stack.yaml, else of the nearest package.json, else the working folder. */
  readonly projectFolder: string;
  readonly stateFolder: string;
  /** The stack.yaml it comes from; `undefined` for the built-in stack. */
  readonly file: string | undefined;
  readonly entry: StackEntry;
  /** What the names of models must match, from `model_names:`. */
  readonly modelNames: RegExp | undefined;
  /** What every run and every model version is tagged with, from `default_tags:`. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** How much the cache of loaded models may hold, in bytes, from `model_cache_limit:`. */
  readonly modelCacheLimit: number;
  /** Whether models that were made from a checkout with changes are refused, from `require_clean:`. */
  readonly requireClean: boolean;
  /** How finished results are uploaded, from `upload:`. */
  readonly upload: UploadSettings;
  /** Where its tracker and registry are, in place of what stack.yaml says. Empty, unless it came from {@link Stack.at}. */
  readonly place: Place;
  /** The keys that such a place may have: of the registry's flavor. */
  readonly placeKeys: readonly string[];
  readonly #get: ComponentGetter;
  readonly #findFetcher: FindFetcher;
  readonly #open: (name: string, place: Place) => Promise<Stack>;
  readonly #dispose: () => Promise<void>;

  constructor(
    about: {
      readonly name: string;
      readonly projectFolder: string;
      readonly file: string | undefined;
      readonly entry: StackEntry;
      readonly modelNames: RegExp | undefined;
      readonly defaultTags: Readonly<Record<string, string>>;
      readonly modelCacheLimit: number;
      readonly requireClean: boolean;
      readonly upload: UploadSettings;
      readonly place: Place;
      readonly placeKeys: readonly string[];
    },
    get: ComponentGetter,
    findFetcher: FindFetcher,
    open: (name: string, place: Place) => Promise<Stack>,
    dispose: () => Promise<void>,
  ) {
    this.name = about.name;
    this.projectFolder = about.projectFolder;
    this.stateFolder = join(about.projectFolder, ".stack");
    this.file = about.file;
    this.entry = about.entry;
    this.modelNames = about.modelNames;
    this.defaultTags = about.defaultTags;
    this.modelCacheLimit = about.modelCacheLimit;
    this.requireClean = about.requireClean;
    this.upload = about.upload;
    this.place = about.place;
    this.placeKeys = about.placeKeys;
    this.#get = get;
    this.#findFetcher = findFetcher;
    this.#open = open;
    this.#dispose = dispose;
  }

  /** Over the configuration as it is written, with `${env:…}` in place of values, so that no secret is in it. */
  get digest(): Digest {
    return digestOf(canonicalJson(this.entry, "stack"));
  }

  orchestrator(): Promise<ComponentTypes["orchestrator"]> {
    return this.#get("orchestrator");
  }

  artifactStore(): Promise<ComponentTypes["artifact_store"]> {
    return this.#get("artifact_store");
  }

  metadataStore(): Promise<ComponentTypes["metadata_store"]> {
    return this.#get("metadata_store");
  }

  /** `undefined` when the stack has none. */
  async experimentTracker(): Promise<ComponentTypes["experiment_tracker"] | undefined> {
    return this.has("experiment_tracker") ? this.#get("experiment_tracker") : undefined;
  }

  /** `undefined` when the stack has none. */
  async modelRegistry(): Promise<ComponentTypes["model_registry"] | undefined> {
    return this.has("model_registry") ? this.#get("model_registry") : undefined;
  }

  /**
   * The data of a reference, checked against its digest: in place, or as a file in `place.folder()`. Relative paths begin at the project folder.
   *
   * @throws StackError FILE_NOT_FOUND, FETCH_FAILED, DIGEST_MISMATCH; UNSUPPORTED for an address that nothing fetches
   */
  fetch(reference: Reference, place: Omit<FetchPlace, "projectFolder">): Promise<Fetched> {
    return fetchReference(reference, { ...place, projectFolder: this.projectFolder }, this.#findFetcher);
  }

  /**
   * Another stack of the same project, which is disposed with this one; without a name, or with its own, this one.
   *
   * @throws StackError STACK_NOT_FOUND, and what is wrong with that stack's configuration
   */
  async sibling(name = this.name): Promise<Stack> {
    return name === this.name ? this : this.#open(name, {});
  }

  /**
   * This stack with its tracker and registry at another place of their server, such as `{ project: "group/name" }`; it is disposed with this
   * one.
   *
   * @throws StackError UNSUPPORTED for a key that the registry's flavor does not take; FLAVOR_CONFIG_INVALID
   */
  async at(place: Place): Promise<Stack> {
    const unknown = Object.keys(place).find((key) => !this.placeKeys.includes(key));
    if (unknown !== undefined) {
      throw new StackError("UNSUPPORTED", `The model registry of the stack "${this.name}" has no other ${unknown}.`, {
        hint:
          this.placeKeys.length === 0 ? "Use a stack whose registry has." : `It takes: ${this.placeKeys.join(", ")}.`,
      });
    }
    return Object.keys(place).length === 0 ? this : this.#open(this.name, { ...this.place, ...place });
  }

  has(kind: ComponentKind): boolean {
    return this.entry[kind] !== undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#dispose();
  }
}

import { parseReference } from "../artifacts/reference.ts";
import { itemsOf } from "../components/common.ts";
import type { RegistryModelVersion } from "../components/model-registry.ts";
import { parseModelUri, type ModelReference } from "../components/model-uri.ts";
import type { InputRecord, OutputOrigin, OutputRecord } from "../components/records.ts";
import type { Digest } from "../digest.ts";
import { isStackError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { UNKNOWN } from "../models/run-lineage.ts";
import { inputsOfVersion } from "../models/version-facts.ts";
import type { Stack } from "../stack/stack.ts";
import { LineageBuilder } from "./lineage-builder.ts";
import {
  artifactNode,
  dataNode,
  forgottenStep,
  stepNode,
  unknownVersion,
  versionNode,
  type PlacedVersion,
} from "./lineage-nodes.ts";
import { LineageSources, type RunSource } from "./lineage-sources.ts";

/** Follows what went into what, through runs and the registries of the project's stacks. */
export class LineageWalk extends LineageBuilder {
  readonly #own: LineageSources;
  readonly #sources = new Map<string, LineageSources>();

  constructor(stack: Stack) {
    super();
    this.#own = this.#sourcesOf(stack);
  }

  /** Notes an output of a run. */
  async output(record: OutputRecord, sources = this.#own): Promise<string> {
    const source = await sources.run(record.run);
    const known = {
      runName: source?.facts.run.name,
      type: source?.kindOf(record.instance, record.name),
      named: await sources.named(record),
    };
    const id = this.add(artifactNode(record, known), {
      up: async () => {
        if (source === undefined) return [];
        const step = this.#step(sources, source, record.instance);
        this.link(step, id, record.name);
        const data = known.type === "reference" ? [await this.#referred(sources, record.digest)] : [];
        for (const from of data) this.link(from, id);
        return [step, ...data];
      },
      down: async () => (source === undefined ? [] : this.#cameOf(sources, source, record, id)),
    });
    return id;
  }

  /** Notes a version of the registry of a stack. */
  version(version: RegistryModelVersion, sources = this.#own): string {
    const id = this.add(versionNode(sources.stack, version), {
      up: async () => {
        const origin = await this.#origin(sources, version);
        for (const from of origin) this.link(from, id);
        return origin;
      },
      down: () => this.#users(sources, version, id),
    });
    return id;
  }

  /** Notes the versions that no run is known of and that hold the content of these outputs. */
  async registeredAs(digest: Digest, outputs: readonly string[]): Promise<readonly string[]> {
    const registry = await this.#own.registry();
    if (registry === undefined) return [];
    const tags = { "modelstack.model_digest": digest };
    const found: string[] = [];
    for await (const version of itemsOf((page) => registry.listModelVersions({ tags, ...page }))) {
      if (version.tags["modelstack.pipeline_run_id"] !== undefined) continue;
      const id = this.version(version);
      for (const output of outputs) this.link(output, id);
      found.push(id);
    }
    return found;
  }

  #step(sources: LineageSources, source: RunSource, instance: string): string {
    const id = this.add(stepNode(source.facts.run, instance, source.step(instance)), {
      up: async () => {
        const received: string[] = [];
        for (const input of source.received(instance)) received.push(await this.#received(sources, id, input));
        const data = (await source.data(instance)).map((input) => this.add(dataNode(input)));
        for (const from of data) this.link(from, id);
        return [...received, ...data];
      },
      down: () => this.#produced(sources, source, instance, id),
    });
    return id;
  }

  async #received(sources: LineageSources, step: string, { name, digest, from }: InputRecord): Promise<string> {
    const id =
      "model" in from
        ? await this.#modelAt(sources, { ...placeIn(from.uri), ...from }, digest)
        : await this.#outputAt(sources, from, digest);
    this.link(id, step, name);
    return id;
  }

  async #outputAt(sources: LineageSources, { run, instance, output }: OutputOrigin, digest: Digest): Promise<string> {
    const stored = (await sources.run(run))?.step(instance)?.outputs[output];
    return this.output(stored ?? { run, instance, name: output, index: 0, digest }, sources);
  }

  /** A version that somebody received, from the registry that it came from if that can be asked. */
  async #modelAt(sources: LineageSources, origin: PlacedVersion, digest: Digest): Promise<string> {
    try {
      const named = await sources.stack.sibling(origin.stack);
      const owner = this.#sourcesOf(await named.at(origin.place ?? {}));
      const found = await (await owner.registry())?.getModelVersion(origin.model, origin.version);
      if (found !== undefined) return this.version(found, owner);
    } catch (error) {
      // What is gone, or not to be reached from here, is shown as far as its receiver knows it.
      if (!isStackError(error)) throw error;
    }
    return this.add(unknownVersion(origin, digest));
  }

  /** The data that a reference points at, which is not in any store. */
  async #referred(sources: LineageSources, digest: Digest): Promise<string> {
    const { inline } = await (await sources.metadata()).getArtifact(digest);
    const { uri, digest: of } = parseReference(Buffer.from(inline!).toString());
    return this.add(dataNode({ name: uri, ...(of === undefined ? {} : { digest: of }) }));
  }

  /** What an instance produced: its outputs, and versions of files that it registered without giving them out. */
  async #produced(
    sources: LineageSources,
    source: RunSource,
    instance: string,
    id: string,
  ): Promise<readonly string[]> {
    const outputs = Object.values(source.step(instance)?.outputs ?? {});
    const found: string[] = [];
    for (const output of outputs) {
      const produced = await this.output(output, sources);
      this.link(id, produced, output.name);
      found.push(produced);
    }
    for (const version of await source.versionsBy(instance)) {
      if (outputs.some(({ digest }) => digest === version.modelDigest)) continue;
      const registered = this.version(version, sources);
      this.link(id, registered);
      found.push(registered);
    }
    return found;
  }

  /** What came of an output: the steps that received it, and the versions that were registered of it. */
  async #cameOf(
    sources: LineageSources,
    source: RunSource,
    { instance, name, digest }: OutputRecord,
    id: string,
  ): Promise<readonly string[]> {
    const steps = source.receivers(instance, name).map((receiver) => {
      const step = this.#step(sources, source, receiver.instance);
      this.link(id, step, receiver.name);
      return step;
    });
    const versions = (await source.versionsBy(instance))
      .filter(({ modelDigest }) => modelDigest === digest)
      .map((version) => this.version(version, sources));
    for (const version of versions) this.link(id, version);
    return [...steps, ...versions];
  }

  /** Where a version came from: an output of the run that its tags name; else any output with its content, and the data that its tags name. */
  async #origin(sources: LineageSources, version: RegistryModelVersion): Promise<readonly string[]> {
    const { tags, modelDigest: digest } = version;
    const run = tags["modelstack.pipeline_run_id"];
    const instance = tags["modelstack.step_name"];
    if (run === undefined || instance === undefined) {
      const outputs = digest === undefined ? [] : await sources.outputs(digest);
      return [...(await this.#outputs(sources, outputs)), ...(await this.#inputsSaid(sources, version))];
    }
    const source = await sources.run(run);
    if (source === undefined) return [this.#forgotten(sources, version, run, instance)];
    const made = Object.values(source.step(instance)?.outputs ?? {}).filter((output) => output.digest === digest);
    return made.length === 0 ? [this.#step(sources, source, instance)] : this.#outputs(sources, made);
  }

  async #outputs(sources: LineageSources, records: readonly OutputRecord[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const record of records) ids.push(await this.output(record, sources));
    return ids;
  }

  /** The step of a run that is not here, as far as the version says: with all that went in, directly or further up. */
  #forgotten(sources: LineageSources, version: RegistryModelVersion, run: string, instance: string): string {
    const step = this.add(forgottenStep(run, instance, version.tags), {
      up: async () => {
        const found = await this.#inputsSaid(sources, version);
        for (const from of found) this.link(from, step);
        return found;
      },
    });
    return step;
  }

  /** All that went into a version, as far as its tags say. */
  async #inputsSaid(sources: LineageSources, version: RegistryModelVersion): Promise<readonly string[]> {
    const registry = await sources.registry();
    const inputs = registry === undefined ? undefined : await inputsOfVersion(registry, version);
    const found: string[] = [];
    for (const [name, digest] of Object.entries(inputs ?? {})) found.push(await this.#said(sources, name, digest));
    return found;
  }

  /** An input as a version names it: data, an output of a step, or `models:/…`. */
  async #said(sources: LineageSources, name: string, digest: string): Promise<string> {
    const { name: model, version, stack = sources.stack.name, place = {} } = modelNamed(name);
    return version === undefined
      ? this.add(dataNode({ name, ...(digest === UNKNOWN ? {} : { digest }) }))
      : this.#modelAt(sources, { model, version, stack, place }, digest as Digest);
  }

  /** The steps that received a version. */
  async #users(
    sources: LineageSources,
    { model, version, modelDigest }: RegistryModelVersion,
    id: string,
  ): Promise<readonly string[]> {
    const metadata = await sources.metadata();
    const users = new Set<string>();
    for await (const use of itemsOf((page) => metadata.modelUses({ model, version, ...page }))) {
      const { run, instance, uri, digest } = use;
      // Through another stack, too: the same registry, or the same model in both.
      if ((modelDigest ?? digest) !== digest || run === undefined || instance === undefined) continue;
      const source = await sources.run(run);
      const step =
        source === undefined ? this.add(forgottenStep(run, instance)) : this.#step(sources, source, instance);
      const input = source?.received(instance).find(({ from }) => "model" in from && from.uri === uri);
      this.link(id, step, input?.name ?? uri);
      users.add(step);
    }
    return [...users];
  }

  #sourcesOf(stack: Stack): LineageSources {
    const key = canonicalJson([stack.name, stack.place]);
    let sources = this.#sources.get(key);
    if (sources === undefined) this.#sources.set(key, (sources = new LineageSources(stack)));
    return sources;
  }
}

/** What a reference said besides which version. */
function placeIn(uri: string): Pick<ModelReference, "place"> {
  const { place } = parseModelUri(uri);
  return place === undefined ? {} : { place };
}

/** The version that an input's name refers to; none when it is the name of data. */
function modelNamed(name: string): ModelReference {
  try {
    return parseModelUri(name);
  } catch (error) {
    if (isStackError(error)) return { name };
    throw error;
  }
}

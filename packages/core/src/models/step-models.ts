import type { LoadedModel } from "../artifacts/model.ts";
import type { Caller } from "../components/common.ts";
import type { ModelRegistry, RegistryModelVersion, StageChange } from "../components/model-registry.ts";
import { registryMissing, type ModelRegistration } from "../components/step-models.ts";
import { refuseDirty } from "../execution/clean-checkout.ts";
import {
  originOf,
  type AttemptModels,
  type ModelsForSteps,
  type ModelsOfAttempt,
  type ModelUser,
} from "../execution/run-models.ts";
import type { PlanInstance } from "../pipeline/plan.ts";
import type { Stack } from "../stack/stack.ts";
import { loadFound } from "./load-model.ts";
import { readModelFiles } from "./model-files.ts";
import { findModelsOf } from "./references.ts";
import { RunReferences } from "./run-references.ts";
import { allInputs, contentLineage, modelSource, trackedFacts } from "./run-lineage.ts";
import { registerVersion, settle, type VersionFacts } from "./register-version.ts";

/** How runs use models: what their plans refer to, and what steps use as `context.models`. */
export const modelsForSteps: ModelsForSteps = {
  find: findModelsOf,
  of: (stack, user) => {
    const references = new RunReferences(stack, user);
    return (instance, receive) => new ModelsOfStep(stack, user, references, instance, receive);
  },
};

type Receive = Parameters<ModelsOfAttempt>[1];

class ModelsOfStep implements AttemptModels {
  readonly #stack: Stack;
  readonly #about: ModelUser;
  readonly #references: RunReferences;
  readonly #instance: PlanInstance;
  readonly #receive: Receive;
  /** The models that this attempt has loaded, as lineage names them. */
  readonly #loaded: Record<string, string> = {};
  #registrations = 0;

  constructor(stack: Stack, about: ModelUser, references: RunReferences, instance: PlanInstance, receive: Receive) {
    this.#stack = stack;
    this.#about = about;
    this.#references = references;
    this.#instance = instance;
    this.#receive = receive;
  }

  async registry(): Promise<ModelRegistry> {
    const registry = await this.#stack.modelRegistry();
    if (registry === undefined) throw registryMissing();
    return registry;
  }

  async register(registration: ModelRegistration): Promise<RegistryModelVersion> {
    refuseDirty(this.#stack, registration.name, this.#about.source);
    const registry = await this.registry();
    const metadata = await this.#stack.metadataStore();
    const { signal } = this.#about;
    // A body may register several models; the order in which it does names the effect.
    const number = ++this.#registrations;
    const author = `run/${this.#about.run.id}/${this.#instance.name}${number === 1 ? "" : `#${number}`}`;
    const key = `${this.#about.run.id}/${this.#instance.name}/register-${number}`;
    const intent = { model: registration.name };
    const createdAt = new Date().toISOString();
    const effect = await metadata.putEffect({ key, intent, createdAt });
    const by = this.#by(`registered by step ${this.#instance.name} of run ${this.#about.run.name}`);
    if (effect.done !== undefined) {
      const { model, version } = effect.done as { model: string; version: string };
      return settle(registry, await registry.getModelVersion(model, version), registration, by);
    }
    // An intent of an earlier attempt may have been carried out before that attempt died: the lineage tag tells.
    const earlier = effect.createdAt === createdAt ? undefined : await findBy(registry, registration.name, author);
    const version =
      earlier === undefined
        ? await registerVersion(registry, registration, await this.#facts(registration, author), by, { signal })
        : await settle(registry, earlier, registration, by);
    await metadata.settleEffect(key, { model: version.model, version: version.version });
    return version;
  }

  async load(uri: string, input = uri): Promise<LoadedModel> {
    const found = await this.#references.find(uri);
    const { run, signal, onWarning } = this.#about;
    const user = { user: run.user, command: run.command, run: run.id, instance: this.#instance.name };
    const loaded = await loadFound(this.#stack, found, user, { signal, onWarning });
    const from = originOf(loaded.version);
    const { modelDigest: digest } = loaded.version;
    this.#receive({ name: input, digest, from });
    this.#loaded[modelSource(from, this.#about.run.stack)] = digest;
    return loaded;
  }

  async promote(
    model: string,
    version: string,
    stage: RegistryModelVersion["stage"],
    how: Omit<StageChange, "actor" | "run"> = {},
  ): Promise<RegistryModelVersion> {
    const registry = await this.registry();
    return registry.setStage(model, version, stage, { ...how, ...this.#by(how.reason) });
  }

  #by(reason?: string): Caller {
    const { run } = this.#about;
    return { actor: run.user, run: run.id, ...(reason === undefined ? {} : { reason }) };
  }

  async #facts(registration: ModelRegistration, registeredBy: string): Promise<VersionFacts> {
    const { run, plan, source } = this.#about;
    const [files, metadata, tracker] = await Promise.all([
      readModelFiles(registration.model, { signal: this.#about.signal }),
      this.#stack.metadataStore(),
      this.#stack.experimentTracker(),
    ]);
    const content = await contentLineage(metadata, plan, run.id, files.digest);
    const trackedRunId = content?.trackedRunId;
    const tracked =
      tracker === undefined || trackedRunId === undefined
        ? undefined
        : await trackedFacts(tracker, trackedRunId, content!.producer);
    return {
      files,
      projectFolder: this.#stack.projectFolder,
      ...(trackedRunId === undefined ? {} : { trackedRunId }),
      params: tracked?.params ?? {},
      metrics: tracked?.metrics ?? {},
      ...(tracked?.python === undefined ? {} : { python: tracked.python }),
      lineage: {
        registeredBy,
        user: run.user,
        command: run.command,
        modelDigest: files.digest,
        createdAt: new Date(),
        run: {
          id: run.id,
          name: run.name,
          pipeline: run.pipeline,
          ...(tracked?.url === undefined ? {} : { url: tracked.url }),
        },
        // A body may also register files that it made itself: then it is the producer.
        step: content?.producer ?? this.#instance.name,
        ...(source === undefined ? {} : { source }),
        inputs: allInputs(tracked?.inputs, content === undefined ? this.#loaded : content.inputs),
      },
    };
  }
}

async function findBy(
  registry: ModelRegistry,
  model: string,
  author: string,
): Promise<RegistryModelVersion | undefined> {
  const { items } = await registry.listModelVersions({ model, tags: { "modelstack.registered_by": author }, limit: 1 });
  return items[0];
}

import type { RegistryModelVersion } from "../components/model-registry.ts";
import type { ModelRegistration } from "../components/step-models.ts";
import { stoppable, type TransferOptions } from "../components/transfer.ts";
import { StackError } from "../errors.ts";
import { refuseDirty } from "../execution/clean-checkout.ts";
import { commandLine } from "../execution/command-line.ts";
import { readSourceState } from "../execution/source-control.ts";
import { userName } from "../platform.ts";
import type { Stack } from "../stack/stack.ts";
import { readModelFiles } from "./model-files.ts";
import { registerVersion, type VersionFacts } from "./register-version.ts";
import { requireTracker } from "../stack/require-tracker.ts";
import { requireRegistry } from "../stack/require-registry.ts";
import { allInputs, contentLineage, trackedFacts } from "./run-lineage.ts";

/** Where a model that is registered after the fact came from. */
export interface Provenance {
  /** The pipeline run whose artifact it is. Without one the pipeline tags are left out. */
  readonly run?: string;
  /** The tracked run that logged it, where no pipeline run did: another program's. */
  readonly trackedRun?: string;
  /** What registers it, for `modelstack.registered_by`. */
  readonly registeredBy: string;
  /** Refuses a checkout with changes, also where stack.yaml does not. */
  readonly requireClean?: boolean;
}

/**
 * Registers a model outside a step. With a run, its lineage comes from that run's records and from the commit that it ran from; without
 * one, only what holds now is said: who, with which command, at which commit.
 *
 * @throws StackError REGISTRY_MISSING, RUN_NOT_FOUND; ARTIFACT_NOT_FOUND when no instance of the run produced these files;
 * CHECKOUT_DIRTY, TRANSFER_CANCELLED
 */
export async function registerModelOn(
  stack: Stack,
  registration: ModelRegistration,
  provenance: Provenance,
  options: TransferOptions = {},
): Promise<RegistryModelVersion> {
  return stoppable(`Registering ${registration.name}`, options.signal, () =>
    register(stack, registration, provenance, options),
  );
}

async function register(
  stack: Stack,
  registration: ModelRegistration,
  { run, trackedRun, registeredBy, requireClean = stack.requireClean }: Provenance,
  options: TransferOptions,
): Promise<RegistryModelVersion> {
  const registry = await requireRegistry(stack);
  const files = await readModelFiles(registration.model, options);
  const base = { registeredBy, user: userName(), modelDigest: files.digest, createdAt: new Date() };
  const facts: VersionFacts =
    run === undefined
      ? {
          files,
          projectFolder: stack.projectFolder,
          ...(await factsOfTracked(stack, trackedRun)),
          // Which commit another program ran from is not known.
          lineage: { ...base, command: commandLine(), ...(trackedRun === undefined ? await sourceNow(stack) : {}) },
        }
      : { files, projectFolder: stack.projectFolder, ...(await factsOfRun(stack, run, files.digest, base)) };
  refuseDirty({ requireClean }, registration.name, facts.lineage.source);
  const by = { actor: base.user, ...(run === undefined ? {} : { run }) };
  return registerVersion(registry, registration, facts, by, options);
}

/** What a tracked run says of a model that it logged. @throws StackError TRACKED_RUN_NOT_FOUND, TRACKER_MISSING */
async function factsOfTracked(stack: Stack, id: string | undefined) {
  if (id === undefined) return {};
  const { params, metrics } = await trackedFacts(await requireTracker(stack, "registering from a tracked run"), id);
  return { trackedRunId: id, params, metrics };
}

async function sourceNow(stack: Stack) {
  const source = await readSourceState(stack.projectFolder);
  return source === undefined ? {} : { source };
}

async function factsOfRun(
  stack: Stack,
  id: string,
  digest: VersionFacts["files"]["digest"],
  base: Omit<VersionFacts["lineage"], "command">,
) {
  const [metadata, tracker, now] = await Promise.all([
    stack.metadataStore(),
    stack.experimentTracker(),
    readSourceState(stack.projectFolder),
  ]);
  const run = await metadata.getRun(id);
  const content = await contentLineage(metadata, await metadata.getPlan(run.plan), id, digest);
  if (content === undefined)
    throw new StackError("ARTIFACT_NOT_FOUND", `No step of run ${run.name} produced these files (${digest}).`);
  const tracked =
    tracker === undefined || content.trackedRunId === undefined
      ? undefined
      : await trackedFacts(tracker, content.trackedRunId, content.producer);
  const source =
    run.commit === undefined
      ? {}
      : {
          source: {
            commit: run.commit,
            dirty: run.dirty ?? false,
            folder: now?.folder ?? "",
            ...(now?.commit === run.commit && now.commitUrl !== undefined ? { commitUrl: now.commitUrl } : {}),
          },
        };
  return {
    ...(content.trackedRunId === undefined ? {} : { trackedRunId: content.trackedRunId }),
    params: tracked?.params ?? {},
    metrics: tracked?.metrics ?? {},
    ...(tracked?.python === undefined ? {} : { python: tracked.python }),
    lineage: {
      ...base,
      command: run.command,
      run: { id: run.id, name: run.name, pipeline: run.pipeline },
      step: content.producer,
      inputs: allInputs(tracked?.inputs, content.inputs),
      ...source,
    },
  };
}

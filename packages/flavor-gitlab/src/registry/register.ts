import {
  type Caller,
  type NewModelFile,
  type NewModelVersion,
  type RegistryModelVersion,
  type Transfer,
  type Turns,
} from "@modelstack/core/stack";
import type { ProjectClient } from "../client/gitlab-client.ts";
import { append, type JournalChange } from "./journal.ts";
import { knownModel } from "./known-model.ts";
import type { FilesPlan } from "./layout.ts";
import { giveUp, makeVersion, type MadeVersion } from "./make-version.ts";
import type { Reader } from "./reader.ts";
import { sendFiles, showFacts } from "./send-files.ts";
import { done } from "./unfinished.ts";

interface Registration {
  readonly client: ProjectClient;
  readonly reader: Reader;
  readonly turns: Turns;
  readonly request: NewModelVersion;
  readonly by: Caller;
  readonly plan: FilesPlan;
  /** Refuses a file that has changed since it was checked. */
  readonly unchanged: (file: NewModelFile) => Promise<void>;
  readonly transfer: Transfer;
  /** The number of GitLab's job. */
  readonly job: string | undefined;
}

/**
 * Registers a version: GitLab makes it before it takes its files, so that nobody is shown it until the journal says that it is there. When it
 * throws, there is none.
 */
export async function register(registration: Registration): Promise<RegistryModelVersion> {
  const { client, reader, turns, request, plan } = registration;
  const made = await turns.take(request.model, () => makeVersion(client, reader, request, plan));
  try {
    await bringFiles(registration, made);
    return await turns.take(request.model, () => publish(registration, made));
  } catch (error) {
    // What went wrong first is what is told: what cannot be taken back now is seen by nobody, and taken up by the next try.
    await turns.take(request.model, () => giveUp(client, made)).catch(() => undefined);
    throw error;
  } finally {
    done(made);
  }
}

async function bringFiles({ client, request, plan, unchanged, transfer, job }: Registration, made: MadeVersion) {
  await sendFiles(client, made, request.files, plan, unchanged, transfer);
  if (!made.promoted) await showFacts(client, made, request, job);
  transfer.signal?.throwIfAborted();
}

/** Says in the journal that the version is there. */
async function publish({ client, reader, by }: Registration, { known, version }: MadeVersion) {
  const { server, experiment, name } = known;
  const whole = { ...server, latest_versions: [version] };
  const after = await append(client, experiment, by, (tags) => {
    const { changes } = knownModel(whole, { ...experiment, tags: [...tags] });
    const created: JournalChange = { kind: "created", version: version.semver, to: version.semver };
    const ours = server.tags.some(({ key }) => key === "modelstack.create_id");
    const isNew = ours && !changes.some((change) => change.kind === "created" && change.version === undefined);
    return isNew ? [{ kind: "created", to: name }, created] : [created];
  });
  return reader.viewOf(knownModel(whole, after), version.semver);
}

import { hostname } from "node:os";
import type { AttemptCommit } from "../../components/metadata-store.ts";
import type {
  ArtifactRecord,
  AttemptRecord,
  ChangeRecord,
  InputRecord,
  Lease,
  ModelUse,
  OutputRecord,
  RunEvent,
  RunEventBody,
  RunRecord,
} from "../../components/records.ts";
import { digestOf } from "../../digest.ts";
import { planDigest, type Plan } from "../../pipeline/plan.ts";
import type { ProcessIdentity } from "../../platform.ts";

/** The id of a number, in the form of UUID version 7: those of higher numbers sort after. */
export function idOf(number: number): string {
  return `018e0000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** So many seconds after a moment that is the same in every test. */
export function timeOf(seconds: number): string {
  return new Date(Date.UTC(2024, 1, 29, 12) + seconds * 1000).toISOString();
}

/** A process of another machine: only the time tells whether it still lives. */
export function elsewhere(pid: number): ProcessIdentity {
  return { host: "elsewhere.example", pid, startedAt: "1" };
}

/** A process of this machine that is not there: no system gives such a number. */
export const deadProcess: ProcessIdentity = { host: hostname(), pid: 2_147_483_646, startedAt: "1" };

/** A plan of two instances. */
export function planOf(pipeline: string): Plan {
  const instance = {
    step: "step",
    params: { rate: 0.1 },
    outputs: { out: { kind: "json" } },
    track: "run",
    hints: {},
  } as const;
  return {
    version: 1,
    pipeline,
    params: { text: "模型 🎉", nothing: null, minus: -0, large: 1e21 },
    instances: [
      { ...instance, name: "load", inputs: {} },
      { ...instance, name: "train", inputs: { data: { kind: "output", instance: "load", output: "out" } } },
    ],
    outputs: {},
  };
}

export function runOf(number: number, given: Partial<RunRecord> = {}): RunRecord {
  const pipeline = given.pipeline ?? "churn";
  return {
    id: idOf(number),
    name: `run-${number}`,
    pipeline,
    plan: planDigest(planOf(pipeline)),
    stack: "local",
    stackDigest: digestOf("stack"),
    trigger: "code",
    user: "ada",
    command: "stack run",
    tags: {},
    createdAt: timeOf(number),
    ...given,
  };
}

/** Events of one writer, in the order in which they happened. */
export function eventsOf(run: string, bodies: readonly RunEventBody[], writer = "w1", first = 1): RunEvent[] {
  return bodies.map((body, place) => ({ ...body, run, writer, seq: first + place, at: timeOf(first + place) }));
}

/** The artifact that holds a text, in the record. */
export function textArtifact(text: string, given: Partial<ArtifactRecord> = {}): ArtifactRecord {
  const bytes = Uint8Array.from(Buffer.from(text));
  return {
    digest: digestOf(bytes),
    size: bytes.byteLength,
    type: "text",
    form: "bytes",
    inline: bytes,
    createdAt: timeOf(0),
    ...given,
  };
}

/** What an attempt of a test did: outputs are texts by name. */
export interface AttemptParts extends Partial<Pick<AttemptRecord, "id" | "instance" | "status">> {
  readonly outputs?: Readonly<Record<string, string>>;
  /** The name under which the store counts versions of every output. */
  readonly artifactName?: string;
  readonly artifacts?: readonly ArtifactRecord[];
  readonly inputs?: readonly Omit<InputRecord, "attempt">[];
  readonly events?: readonly RunEvent[];
  readonly endedAt?: string;
}

/** An attempt as it is committed: of the instance that the lease holds, or of `load`. */
export function attemptOf(lease: Lease, number: number, parts: AttemptParts): AttemptCommit {
  const [, run, held] = lease.scope.split("/") as [string, string, string | undefined];
  const { instance = held ?? "load", status = "succeeded", outputs = {}, artifactName } = parts;
  const endedAt = parts.endedAt ?? timeOf(number);
  const attempt: AttemptRecord = {
    id: parts.id ?? idOf(1_000_000 + number),
    run,
    instance,
    fence: lease.fence,
    worker: lease.holder,
    status,
    usage: { startedAt: timeOf(number), endedAt, milliseconds: 5 },
    cache: "off",
  };
  const texts = Object.values(outputs).map((text) => textArtifact(text, { createdAt: endedAt }));
  return {
    attempt,
    scope: lease.scope,
    events: parts.events ?? [],
    artifacts: [...texts, ...(parts.artifacts ?? [])],
    outputs: Object.entries(outputs).map(([name, text]): OutputRecord => ({
      run,
      instance,
      name,
      index: 0,
      digest: digestOf(text),
      ...(artifactName === undefined ? {} : { artifactName }),
    })),
    inputs: (parts.inputs ?? []).map((input) => ({ ...input, attempt: attempt.id })),
  };
}

/** That somebody loaded version 3 of penguins; uses of higher numbers are newer. */
export function useOf(number: number, given: Partial<ModelUse> = {}): ModelUse {
  return {
    id: idOf(number),
    at: timeOf(number),
    user: "ada",
    command: "stack models load 'models:/模型@🎉'",
    uri: "models:/penguins@champion?stack=team",
    stack: "team",
    model: "penguins",
    version: "3",
    digest: digestOf("forest"),
    ...given,
  };
}

/** A change to the model penguins, of which earlier numbers came earlier. */
export function changeOf(number: number, given: Partial<ChangeRecord> = {}): ChangeRecord {
  return {
    registry: "mlflow",
    model: "penguins",
    number,
    id: idOf(number),
    at: timeOf(number),
    actor: "ada",
    reason: "模型 🎉\n'--",
    run: idOf(9),
    version: "3",
    kind: "stage",
    from: "None",
    to: "Staging",
    ...given,
  };
}

/** That something came from the output `out` of a run's `load`. */
export function inputFrom(run: string, text: string, name = "data"): Omit<InputRecord, "attempt"> {
  return { name, digest: digestOf(text), from: { run, instance: "load", output: "out" } };
}

/** That a model whose file holds a text came from a registry. */
export function inputFromModel(text: string, version = "3", name = "model"): Omit<InputRecord, "attempt"> {
  const from = { model: "penguins", version, stack: "team", uri: `models:/penguins@n${version}?stack=team` };
  return { name, digest: digestOf(text), from };
}

import type {
  ArtifactRecord,
  AttemptRecord,
  ChangeRecord,
  EffectRecord,
  FactLine,
  InputRecord,
  ModelUse,
  NamedArtifact,
  OutputRecord,
  RunEvent,
  RunRecord,
} from "../../components/records.ts";
import type { Digest } from "../../digest.ts";
import { StackError } from "../../errors.ts";
import { canonicalJson } from "../../json.ts";
import { parsePlan, planDigest, type Plan } from "../../pipeline/plan.ts";

/** Facts of one kind under their keys: the same again is fine, another one under a key is refused. */
class Facts<T> {
  readonly #what: string;
  readonly #keyOf: (fact: T) => string;
  readonly #facts = new Map<string, T>();

  constructor(what: string, keyOf: (fact: T) => string) {
    this.#what = what;
    this.#keyOf = keyOf;
  }

  /** Whether the fact is stored already. @throws StackError FACT_CONFLICT */
  check(fact: T): boolean {
    const present = this.#facts.get(this.#keyOf(fact));
    if (present === undefined) return false;
    if (canonicalJson(present) !== canonicalJson(fact))
      throw new StackError("FACT_CONFLICT", `The ${this.#what} ${this.#keyOf(fact)} is stored with other content.`);
    return true;
  }

  put(fact: T): void {
    if (!this.check(fact)) this.#facts.set(this.#keyOf(fact), structuredClone(fact));
  }

  get(key: string): T | undefined {
    return this.#facts.get(key);
  }

  all(): T[] {
    return [...this.#facts.values()].map((fact) => structuredClone(fact));
  }

  remove(matches: (fact: T) => boolean): void {
    for (const [key, fact] of this.#facts) if (matches(fact)) this.#facts.delete(key);
  }
}

/** All facts of a metadata store. */
export class AllFacts {
  readonly plans = new Facts<{ readonly digest: Digest; readonly plan: Plan }>("plan", ({ digest }) => digest);
  readonly runs = new Facts<RunRecord>("run", ({ id }) => id);
  readonly events = new Facts<RunEvent>("event", ({ run, writer, seq }) => `${run}/${writer}/${seq}`);
  readonly attempts = new Facts<AttemptRecord>("attempt", ({ id }) => id);
  readonly outputs = new Facts<OutputRecord>("output", (o) => `${o.run}/${o.instance}/${o.name}/${o.index}`);
  readonly inputs = new Facts<InputRecord>("input", (input) => canonicalJson(input));
  readonly uses = new Facts<ModelUse>("use", ({ id }) => id);
  readonly changes = new Facts<ChangeRecord>("change", (c) => canonicalJson([c.registry, c.model, c.number]));
  readonly named = new Facts<NamedArtifact>("named artifact", ({ name, version }) => `${name}/${version}`);
  /** Of each name, deleted ones too. */
  readonly #lastVersions = new Map<string, number>();
  /** In the order in which they were stored. */
  readonly artifacts = new Map<string, ArtifactRecord>();
  readonly effects = new Map<string, EffectRecord>();

  /** What was said of content first stays. */
  putArtifact(artifact: ArtifactRecord): void {
    if (!this.artifacts.has(artifact.digest)) this.artifacts.set(artifact.digest, structuredClone(artifact));
  }

  /** What is stored under the key, which may be an earlier intent. */
  putEffect(effect: EffectRecord): EffectRecord {
    if (!this.effects.has(effect.key)) this.effects.set(effect.key, structuredClone(effect));
    return structuredClone(this.effects.get(effect.key)!);
  }

  /** Gives content under a name its version, unless it has one. */
  countVersion({ artifactName: name, digest, run, instance, name: output }: OutputRecord, createdAt: string): void {
    if (name === undefined) return;
    if (this.named.all().some((named) => named.name === name && named.digest === digest)) return;
    const version = (this.#lastVersions.get(name) ?? 0) + 1;
    this.putNamed({ name, version, digest, from: { run, instance, output }, createdAt });
  }

  putNamed(named: NamedArtifact): void {
    this.named.put(named);
    this.#lastVersions.set(named.name, Math.max(named.version, this.#lastVersions.get(named.name) ?? 0));
  }

  *lines(): Generator<FactLine> {
    for (const plan of this.plans.all()) yield { fact: "plan", ...plan };
    for (const run of this.runs.all()) yield { fact: "run", run };
    for (const { inline, ...about } of this.artifacts.values()) {
      const text = inline === undefined ? {} : { inline: Buffer.from(inline).toString("base64") };
      yield { fact: "artifact", artifact: { ...about, ...text } };
    }
    for (const attempt of this.attempts.all()) yield { fact: "attempt", attempt };
    for (const output of this.outputs.all()) yield { fact: "output", output };
    for (const named of this.named.all()) yield { fact: "named", named };
    for (const input of this.inputs.all()) yield { fact: "input", input };
    for (const use of this.uses.all()) yield { fact: "use", use };
    for (const change of this.changes.all()) yield { fact: "change", change };
    for (const effect of this.effects.values()) yield { fact: "effect", effect };
    for (const event of this.events.all()) yield { fact: "event", event };
  }

  #requireRun(id: string): void {
    if (this.runs.get(id) === undefined) throw new Error(`it comes before its run ${id}`);
  }

  putLine(line: FactLine): void {
    switch (line.fact) {
      case "plan":
        parsePlan(line.plan);
        if (planDigest(line.plan) !== line.digest) throw new Error("the plan is not what its digest says");
        return this.plans.put({ digest: line.digest, plan: line.plan });
      case "run":
        return this.runs.put(line.run);
      case "event":
        this.#requireRun(line.event.run);
        return this.events.put(line.event);
      case "attempt":
        this.#requireRun(line.attempt.run);
        return this.attempts.put(line.attempt);
      case "output":
        this.#requireRun(line.output.run);
        return this.outputs.put(line.output);
      case "input":
        return this.inputs.put(line.input);
      case "use":
        return this.uses.put(line.use);
      case "change":
        return this.changes.put(line.change);
      case "named":
        return this.putNamed(line.named);
      case "artifact": {
        const { inline, ...about } = line.artifact;
        const content = inline === undefined ? {} : { inline: Uint8Array.from(Buffer.from(inline, "base64")) };
        return this.putArtifact({ ...about, ...content });
      }
      case "effect": {
        const { done } = this.putEffect(line.effect);
        if (done === undefined) this.effects.set(line.effect.key, line.effect);
        return;
      }
      default:
        throw new Error("this is not a line of an export");
    }
  }
}

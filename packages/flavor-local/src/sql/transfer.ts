import {
  encodeJson,
  isStackError,
  messageOf,
  parsePlan,
  planDigest,
  StackError,
  type ChangeRecord,
  type Digest,
  type FactLine,
  type ModelUse,
  type Plan,
  type RunRecord,
  type AttemptRecord,
  type EffectRecord,
} from "@modelstack/core/stack";
import type { Row, Sql } from "./database.ts";
import * as artifacts from "./artifacts.ts";
import * as attempts from "./attempts.ts";
import * as effects from "./effects.ts";
import * as uses from "./model-uses.ts";
import * as registryChanges from "./registry-changes.ts";
import * as runs from "./runs.ts";

/** Every fact as a line, those that are referred to before those that refer. Leases stay: they are of this machine. */
export function* exportFacts(sql: Sql): Generator<string> {
  const line = (fact: FactLine) => encodeJson(fact);
  for (const row of sql.all("SELECT * FROM plan ORDER BY digest")) {
    yield line({ fact: "plan", digest: row["digest"] as Digest, plan: JSON.parse(row["json"] as string) as Plan });
  }
  for (const row of sql.all("SELECT json FROM run ORDER BY id"))
    yield line({ fact: "run", run: JSON.parse(row["json"] as string) as RunRecord });
  for (const row of sql.all("SELECT digest FROM artifact ORDER BY digest")) {
    const { inline, ...about } = artifacts.artifact(sql, row["digest"] as Digest);
    yield line({
      fact: "artifact",
      artifact: inline === undefined ? about : { ...about, inline: Buffer.from(inline).toString("base64") },
    });
  }
  for (const row of sql.all("SELECT json FROM attempt ORDER BY id")) {
    yield line({ fact: "attempt", attempt: JSON.parse(row["json"] as string) as AttemptRecord });
  }
  for (const row of sql.all("SELECT * FROM output ORDER BY run, instance, name"))
    yield line({ fact: "output", output: attempts.outputOf(row) });
  for (const row of sql.all("SELECT * FROM named_artifact ORDER BY name, version"))
    yield line({ fact: "named", named: artifacts.namedOf(row) });
  for (const row of sql.all("SELECT * FROM input ORDER BY attempt, name"))
    yield line({ fact: "input", input: attempts.inputOf(row) });
  for (const row of sql.all("SELECT * FROM input_model ORDER BY attempt, name"))
    yield line({ fact: "input", input: attempts.inputModelOf(row) });
  for (const row of sql.all("SELECT json FROM model_use ORDER BY id"))
    yield line({ fact: "use", use: JSON.parse(row["json"] as string) as ModelUse });
  for (const row of sql.all("SELECT json FROM registry_change ORDER BY registry, model, number"))
    yield line({ fact: "change", change: JSON.parse(row["json"] as string) as ChangeRecord });
  for (const row of sql.all("SELECT key FROM effect ORDER BY key"))
    yield line({ fact: "effect", effect: effects.effect(sql, row["key"] as string)! });
  for (const row of sql.all("SELECT * FROM event ORDER BY run, writer, seq"))
    yield line({ fact: "event", event: runs.eventOf(row) });
}

/** Takes one line of an export; `number` is its place, to be named when it is refused. */
export function importFact(sql: Sql, line: string, number: number): void {
  if (line.trim() === "") return;
  try {
    insert(sql, JSON.parse(line) as FactLine);
  } catch (cause) {
    if (isStackError(cause, "integrity") || isStackError(cause, "unavailable")) throw cause;
    // Whatever else goes wrong comes from what the line holds, or does not.
    throw new StackError("FACT_CONFLICT", `Line ${number} cannot be imported: ${messageOf(cause)}`, {
      hint: "The lines before it were imported. Export again, or remove the line.",
      cause,
    });
  }
}

function insert(sql: Sql, fact: FactLine): void {
  switch (fact.fact) {
    case "plan":
      parsePlan(fact.plan);
      if (planDigest(fact.plan) !== fact.digest) throw new Error("the plan is not what its digest says.");
      return runs.insertPlan(sql, fact.digest, fact.plan);
    case "run":
      return runs.insertRun(sql, fact.run, runs.plan(sql, fact.run.plan));
    case "event":
      return runs.insertEvents(sql, [fact.event]);
    case "attempt":
      return attempts.insertAttempt(sql, fact.attempt);
    case "artifact": {
      const { inline, ...about } = fact.artifact;
      return artifacts.insertArtifact(
        sql,
        inline === undefined ? about : { ...about, inline: Buffer.from(inline, "base64") },
      );
    }
    case "output":
      return attempts.insertOutput(sql, fact.output);
    case "input":
      return attempts.insertInput(sql, fact.input);
    case "use":
      return uses.insertModelUse(sql, fact.use);
    case "change":
      return registryChanges.insertChange(sql, fact.change);
    case "effect":
      return importEffect(sql, fact.effect);
    case "named":
      return artifacts.insertNamed(sql, fact.named);
    default:
      throw new Error("it is not a line of an export.");
  }
}

function importEffect(sql: Sql, effect: EffectRecord): void {
  const present: Row | EffectRecord = effects.putEffect(sql, effect);
  if (present.done === undefined && effect.done !== undefined) effects.settleEffect(sql, effect.key, effect.done);
}

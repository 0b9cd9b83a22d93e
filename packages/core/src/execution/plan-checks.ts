import { checkModelName, checkVersionGiven } from "../components/registry-checks.ts";
import { StackError } from "../errors.ts";
import { checkLabel } from "../names.ts";
import type { Plan } from "../pipeline/plan.ts";
import type { StepCode } from "../pipeline/step.ts";
import { holdsSecret } from "../secrets.ts";
import type { Stack } from "../stack/stack.ts";
import { variableMissing, type Variables } from "../variables.ts";

/** The models that a plan registers versions of, each once. */
export function modelsOf(plan: Plan): string[] {
  return [
    ...new Set(plan.instances.flatMap(({ hints }) => (hints.registers === undefined ? [] : [hints.registers.model]))),
  ];
}

/**
 * Refuses what is known to fail before any step runs: a registration on a stack without a registry, a model name that the project does
 * not allow, a given version where the registry assigns them, none where it takes those that are given. Parameters are stored and shown, so that none may hold a secret.
 *
 * @throws StackError REGISTRY_MISSING, NAME_INVALID, UNSUPPORTED, VERSION_REQUIRED, PARAM_INVALID
 */
export async function checkPlanFits(plan: Plan, stack: Stack): Promise<void> {
  refuseSecrets(`pipeline ${plan.pipeline}`, plan.params);
  for (const { name, params } of plan.instances) refuseSecrets(`step ${name}`, params);
  for (const { name, hints } of plan.instances) {
    if (hints.registers === undefined) continue;
    const { model, version } = hints.registers;
    checkModelName(model, stack.modelNames);
    const registry = await stack.modelRegistry();
    if (registry === undefined) {
      const where = stack.file === undefined ? "the built-in stack" : `${stack.file}, under stacks: ${stack.name}:`;
      throw new StackError(
        "REGISTRY_MISSING",
        `Step ${name} registers the model ${model}, but the stack "${stack.name}" has no model registry.`,
        {
          hint: `Add to ${where}\n    experiment_tracker: { flavor: local }\n    model_registry: { flavor: local }`,
        },
      );
    }
    checkVersionGiven(model, version, registry.capabilities);
    if (version !== undefined && registry.capabilities.versions === "assigned") {
      throw new StackError(
        "UNSUPPORTED",
        `Step ${name} asks for version ${version} of ${model}, but this registry assigns versions itself.`,
        {
          hint: "Leave version out, or configure the registry for semver versions.",
        },
      );
    }
  }
}

/**
 * Refuses steps that need variables of the environment that are not set, before any of them runs.
 *
 * @throws StackError ENV_MISSING
 */
export function checkNeeds(steps: Iterable<StepCode>, variables: Variables): void {
  for (const { name, needs } of steps) {
    const missing = needs.find((variable) => variables[variable] === undefined);
    if (missing !== undefined)
      throw variableMissing(`Step ${name} needs the environment variable ${missing}, which is not set.`, missing);
  }
}

function refuseSecrets(whose: string, params: Plan["params"]): void {
  const [key] = Object.entries(params).find(([, value]) => holdsSecret(value)) ?? [];
  if (key === undefined) return;
  throw new StackError("PARAM_INVALID", `The parameter ${key} of ${whose} holds a secret, and parameters are stored.`, {
    hint: "Read it in the step's body instead, from the environment: process.env.NAME.",
  });
}

/** Where a run is tracked. */
export interface ChosenExperiment {
  readonly name: string;
  /** The only model that the plan registers, where nobody names an experiment: a tracker may keep one for each model. */
  readonly model?: string;
}

/** The experiment of a run: the configuration's, else the pipeline's, else the tracker's, else the only model's, else the pipeline's name. */
export function experimentOf(plan: Plan, stack: Stack, configured?: string): ChosenExperiment {
  const models = modelsOf(plan);
  const named = configured ?? plan.experiment ?? experimentFrom(stack);
  const model = named === undefined && models.length === 1 ? models[0]! : undefined;
  const name = checkLabel("The experiment", named ?? model ?? plan.pipeline);
  return { name, ...(model === undefined ? {} : { model }) };
}

/** The experiment that the tracker's configuration names. */
export function experimentFrom(stack: Stack): string | undefined {
  const name = stack.entry.experiment_tracker?.config["experiment"];
  return typeof name === "string" ? name : undefined;
}

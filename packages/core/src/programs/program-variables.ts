import type { StepContext } from "../pipeline/context.ts";
import { StackError } from "../errors.ts";
import { commonVariables } from "../platform.ts";
import { looksSecret, registerSecret } from "../secrets.ts";
import { expandReferences, referencesIn } from "../variables.ts";
import type { ProgramPlaces } from "./program-files.ts";

/** Which variables a program is given besides those that every program needs, and `STACK_…`. */
export interface ProgramVariables {
  /** Names of variables of this process that are passed on if they are set: `["CUDA_VISIBLE_DEVICES"]`. */
  readonly environment?: readonly string[];
  /** Variables with these values. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Variables whose values are seen nowhere: names of ones that are set for this process or in `.env`, or texts such as
   * `{ TOKEN: "${env:HF_TOKEN}" }`. The run does not begin without what they refer to.
   */
  readonly secrets?: readonly string[] | Readonly<Record<string, string>>;
}

/** {@link ProgramVariables} once they are checked. */
export interface DeclaredVariables {
  readonly passed: readonly string[];
  readonly fixed: Readonly<Record<string, string>>;
  /** With `${env:NAME}` in place of the values. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** @throws StackError COMMAND_INVALID */
export function declareVariables(step: string, given: ProgramVariables): DeclaredVariables {
  const { environment: passed = [], variables: fixed = {}, secrets: said = {} } = given;
  const secrets = Array.isArray(said)
    ? Object.fromEntries(said.map((name: string) => [name, `\${env:${name}}`]))
    : (said as Readonly<Record<string, string>>);
  for (const name of [...passed, ...Object.keys(fixed), ...Object.keys(secrets)]) {
    if (/^(?!STACK_)[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    throw new StackError(
      "COMMAND_INVALID",
      `Step ${step} names the variable ${JSON.stringify(name)}, which cannot be given.`,
      {
        hint: "Names have letters, digits and _, begin with no digit, and those with STACK_ are the framework's.",
      },
    );
  }
  return { passed, fixed, secrets };
}

/** The variables that have to be set for it. */
export function neededBy({ secrets }: DeclaredVariables): string[] {
  return Object.values(secrets).flatMap(referencesIn);
}

/** `STACK_INPUT_ROWS` for the input `rows`. */
export function variableFor(kind: "INPUT" | "OUTPUT", name: string): string {
  return `STACK_${kind}_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** Refuses inputs or outputs whose variables would be one. @throws StackError COMMAND_INVALID */
export function checkDistinct(step: string, kind: "INPUT" | "OUTPUT", names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const variable = variableFor(kind, name);
    const other = seen.get(variable);
    if (other !== undefined) {
      throw new StackError(
        "COMMAND_INVALID",
        `Step ${step} has "${other}" and "${name}", which both would be ${variable}.`,
        {
          hint: "Give one of them another name.",
        },
      );
    }
    seen.set(variable, name);
  }
}

/**
 * All that a program is given. What the step names goes before what its tracker says. Secrets are hidden from now on.
 *
 * @throws StackError ENV_MISSING
 */
export async function programVariables(
  declared: DeclaredVariables,
  places: ProgramPlaces,
  context: StepContext,
): Promise<Record<string, string>> {
  const { programs } = context;
  const tracked = await programs.environment();
  const secrets = Object.fromEntries(
    Object.entries(declared.secrets).map(([name, text]) => [name, expandReferences(text, programs.variables)]),
  );
  for (const value of [...Object.values(tracked.secrets), ...Object.values(secrets)]) registerSecret(value);
  return {
    ...found(commonVariables, process.env),
    ...tracked.variables,
    ...tracked.secrets,
    ...passedOn(declared.passed),
    ...declared.fixed,
    ...secrets,
    ...aboutRun(context),
    ...aboutPlaces(places),
  };
}

/** A variable whose name says that it is a secret is one, though it was named as any other. */
function passedOn(names: readonly string[]): Record<string, string> {
  const variables = found(names, process.env);
  for (const [name, value] of Object.entries(variables)) if (looksSecret(name)) registerSecret(value);
  return variables;
}

function found(names: readonly string[], variables: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = variables[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function aboutRun({ pipelineName, runId, runName, stepName, instance, tracker }: StepContext): Record<string, string> {
  return {
    STACK_PIPELINE_NAME: pipelineName,
    STACK_RUN_ID: runId,
    STACK_RUN_NAME: runName,
    STACK_STEP_NAME: stepName,
    STACK_INSTANCE: instance,
    ...(tracker.runId === undefined ? {} : { STACK_TRACKED_RUN_ID: tracker.runId }),
  };
}

function aboutPlaces({ inputs, outputs, paramsFile, metrics, folder }: ProgramPlaces): Record<string, string> {
  const received = Object.entries(inputs).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...Object.fromEntries(received.map(([name, path]) => [variableFor("INPUT", name), path])),
    ...Object.fromEntries(Object.entries(outputs).map(([name, path]) => [variableFor("OUTPUT", name), path])),
    STACK_PARAMS: paramsFile,
    STACK_METRICS: metrics,
    STACK_FOLDER: folder,
  };
}

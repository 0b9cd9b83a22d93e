import { checkPlace, parseModelUri } from "../components/model-uri.ts";
import { isStackError, StackError } from "../errors.ts";
import type { FoundModel } from "../execution/run-models.ts";
import { modelsIn, modelsOf } from "../pipeline/graph.ts";
import type { Plan } from "../pipeline/plan.ts";
import type { Stack } from "../stack/stack.ts";
import { deprecationWarning } from "./deprecation.ts";
import { requireRegistry } from "../stack/require-registry.ts";
import { resolveModel } from "./resolve-model.ts";

/**
 * Looks up the version that a reference means now, in the stack's own registry or in that of `?stack=`, at another place of its server
 * if the reference says one.
 *
 * @throws StackError NAME_INVALID, STACK_NOT_FOUND, REGISTRY_MISSING, MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND, ALIAS_NOT_FOUND
 */
export async function findModel(stack: Stack, uri: string): Promise<FoundModel> {
  const reference = parseModelUri(uri);
  const named = await stack.sibling(reference.stack);
  checkPlace(uri, reference, named.placeKeys);
  const owner = await named.at(reference.place ?? {});
  const registry = await requireRegistry(owner);
  const [version, model] = await Promise.all([resolveModel(registry, reference), registry.getModel(reference.name)]);
  return {
    registry,
    version: { ...version, uri, stack: owner.name },
    warning: deprecationWarning(uri, version, model),
  };
}

/**
 * Looks up all references of a plan, before anything of it runs.
 *
 * @throws StackError as {@link findModel}, naming the step
 */
export async function findModelsOf(stack: Stack, plan: Plan): Promise<readonly FoundModel[]> {
  return Promise.all(
    modelsIn(plan).map((uri) =>
      findModel(stack, uri).catch((error: unknown) => {
        if (!isStackError(error)) throw error;
        const user = plan.instances.find((instance) => modelsOf(instance).includes(uri))!;
        throw new StackError(error, `Step ${user.name} needs ${uri}: ${error.message}`, {
          ...(error.hint === undefined ? {} : { hint: error.hint }),
          cause: error,
        });
      }),
    ),
  );
}

import { z } from "zod";
import { parseModelUri, type ModelUri } from "../components/model-uri.ts";
import { isStackError } from "../errors.ts";

/**
 * A zod type for parameters that name a model version, such as `models:/penguins@champion`. Its form is checked when the plan is made.
 * Passed to an input of `artifact.model()`, the version is looked up once, before the first step runs.
 *
 * ```ts
 * pipeline({ name: "score", params: z.object({ base: modelUri() }) }, ({ base }) => predict({ model: base }));
 * ```
 */
export function modelUri(): z.ZodType<ModelUri, ModelUri> {
  const schema = z.string().superRefine((text, context) => {
    try {
      parseModelUri(text);
    } catch (error) {
      if (!isStackError(error)) throw error;
      context.addIssue({ code: "custom", message: `${error.message} ${error.hint}`.replace(/\.$/, "") });
    }
  });
  // Whatever passes has that form.
  return schema as unknown as z.ZodType<ModelUri, ModelUri>;
}

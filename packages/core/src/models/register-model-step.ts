import { z } from "zod";
import { artifact } from "../artifacts/types.ts";
import { modelVersionStages, stageNamed, type ModelVersionStage } from "../components/model-registry.ts";
import type { ModelSignature } from "../components/model-signature.ts";
import { jsonValue, textRecord } from "../json-value.ts";
import { isJson } from "../json.ts";
import { list, optional, record } from "../pipeline/inputs.ts";
import { step } from "../pipeline/step.ts";
import { checkFormat } from "../components/model-format.ts";
import { storedExample } from "./signature/input-example.ts";
import { invalidSignature } from "./signature/refusal.ts";
import { modelSignature } from "./signature/model-signature.ts";

/** Any case, where types do not see it: in a run configuration. */
const stageParam = z.preprocess(
  (value) => (typeof value === "string" ? (stageNamed(value) ?? value) : value),
  z.enum(modelVersionStages),
) as z.ZodType<ModelVersionStage, ModelVersionStage>;

/** As `modelSignature()` makes it: plain JSON, which a plan can hold. @throws StackError SIGNATURE_INVALID */
const signatureParam = z.custom<ModelSignature>().superRefine((given) => {
  if (!isJson(given))
    throw invalidSignature(
      "signature",
      "it is not plain JSON",
      "Write signature: modelSignature({ inputs: …, outputs: … }).",
    );
  modelSignature(given);
});

const versionSchema = z.object({ name: z.string(), version: z.string(), uri: z.string() });

/**
 * Registers a version of a model, with its lineage: which pipeline, run and step made it, from which commit, command line and data, with
 * which parameters and metrics. An ordinary step; its first version makes the model. It never makes two versions for one instance of a run.
 *
 * ```ts
 * const { version } = registerModelStep({ name: "penguins", model, metrics: { accuracy }, stage: "Staging" });
 * ```
 */
export const registerModelStep = step(
  {
    name: "register-model",
    inputs: {
      model: artifact.model(),
      metrics: optional(record(artifact.json(z.number()))),
      files: optional(list(artifact.file())),
    },
    params: z.object({
      name: z.string(),
      version: z.string().optional(),
      bump: z.enum(["major", "minor", "patch"]).optional(),
      description: z.string().optional(),
      format: z.string().optional(),
      tags: textRecord.optional(),
      stage: stageParam.optional(),
      archivePrevious: z.boolean().optional(),
      expectedHolder: z.string().nullable().optional(),
      aliases: z.array(z.string()).optional(),
      signature: signatureParam.optional(),
      inputExample: jsonValue.optional(),
    }),
    outputs: { version: artifact.json(versionSchema) },
    hints: ({ name, version, format, signature, inputExample }) => {
      // Refused when the plan is made rather than when the model is trained.
      if (format !== undefined) checkFormat(format);
      if (inputExample !== undefined) storedExample(inputExample, signature);
      return { registers: { model: name, ...(version === undefined ? {} : { version }) } };
    },
  },
  async ({ model, metrics, files, ...said }, { models, logger }) => {
    const registered = await models.register({ ...said, model, metrics, files });
    const uri = `models:/${registered.model}/${registered.version}`;
    logger.info(`registered ${uri}`);
    return { version: { name: registered.model, version: registered.version, uri } };
  },
);

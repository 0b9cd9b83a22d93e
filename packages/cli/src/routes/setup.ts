import { buildCommand } from "@stricli/core";
import { commonFlags, flag, stackFlags } from "./parameters.ts";

export const doctorCommand = buildCommand({
  loader: () => import("../commands/doctor.ts"),
  parameters: { flags: { deep: flag("Read all that is stored, however long it takes"), ...stackFlags } },
  docs: { brief: "Say whether everything is well, and how to mend what is not", customUsage: ["", "--deep"] },
});

export const schemaCommand = buildCommand({
  loader: () => import("../commands/schema.ts"),
  parameters: { flags: commonFlags },
  docs: { brief: "Print the JSON Schema of stack.yaml, for editors", customUsage: ["> stack.schema.json"] },
});

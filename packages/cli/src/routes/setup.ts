import { buildCommand } from "@stricli/core";
import { flag, stackFlags } from "./parameters.ts";

export const doctorCommand = buildCommand({
  loader: () => import("../commands/doctor.ts"),
  parameters: { flags: { deep: flag("Read all that is stored, however long it takes"), ...stackFlags } },
  docs: { brief: "Say whether everything is well, and how to mend what is not", customUsage: ["", "--deep"] },
});

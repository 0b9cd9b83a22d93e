import { maskSecrets, planToMermaid, planToText } from "@modelstack/core";
import { print, project, type CommonFlags, type Context } from "../context.ts";
import { buildFromFile, type PlanFlags } from "../pipeline-input.ts";

export interface Flags extends CommonFlags, PlanFlags {
  readonly format?: "text" | "json" | "mermaid";
}

export default async function plan(this: Context, flags: Flags, file: string): Promise<void> {
  const { folder } = await project(this, flags);
  const { built } = await buildFromFile(file, folder, this.io.cwd(), flags);
  const json = flags.json || flags.format === "json";
  // A run refuses parameters that hold a secret; what is only looked at is masked.
  const masked = JSON.parse(maskSecrets(JSON.stringify(built.plan))) as typeof built.plan;
  print(this, { json }, masked, () => (flags.format === "mermaid" ? planToMermaid(masked) : planToText(masked)));
}

import { planToMermaid, planToText } from "@modelstack/core";
import { print, project, type CommonFlags, type Context } from "../context.ts";
import { buildFromFile, type PlanFlags } from "../pipeline-input.ts";

export interface Flags extends CommonFlags, PlanFlags {
  readonly format?: "text" | "json" | "mermaid";
}

export default async function plan(this: Context, flags: Flags, file: string): Promise<void> {
  const { folder } = await project(this, flags);
  const { built } = await buildFromFile(file, folder, this.io.cwd(), flags);
  const json = flags.json || flags.format === "json";
  print(this, { json }, built.plan, () =>
    flags.format === "mermaid" ? planToMermaid(built.plan) : planToText(built.plan),
  );
}

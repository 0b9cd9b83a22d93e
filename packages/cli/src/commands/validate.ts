import { checkStack } from "@modelstack/core";
import { print, project, type CommonFlags, type Context } from "../context.ts";

export default async function validate(this: Context, flags: CommonFlags): Promise<void> {
  const opened = await project(this, flags);
  const checked: string[] = [];
  for (const [name, entry] of opened.file.stacks) {
    await checkStack(opened, name, entry);
    checked.push(name);
  }
  const path = opened.file.source?.path ?? "the built-in configuration";
  print(
    this,
    flags,
    { file: opened.file.source?.path ?? null, stacks: checked },
    () => `${path} is valid: ${checked.join(", ")}`,
  );
}

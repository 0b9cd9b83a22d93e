import { checkStack, StackError } from "@modelstack/core/stack";
import { print, project, say, type CommonFlags, type Context } from "../context.ts";
import { inlineSecrets } from "../inline-secrets.ts";

export default async function validate(this: Context, flags: CommonFlags): Promise<void> {
  const opened = await project(this, flags);
  for (const plugin of (await opened.catalog()).plugins()) {
    if (plugin.problem === undefined) continue;
    throw new StackError(
      "PLUGIN_INVALID",
      `The plugin ${plugin.package} ${plugin.version} cannot be used: ${plugin.problem}.`,
      {
        ...(opened.file.source === undefined ? {} : { location: opened.file.source.locate(["plugins"]) }),
        hint: "Update it, or remove it from plugins:.",
      },
    );
  }
  const checked: string[] = [];
  for (const [name, entry] of opened.file.stacks) {
    await checkStack(opened, name, entry);
    checked.push(name);
    if (!flags.json) for (const text of inlineSecrets(opened.file, name, entry)) say(this, `warning: ${text}`);
  }
  const path = opened.file.source?.path ?? "the built-in configuration";
  print(
    this,
    flags,
    { file: opened.file.source?.path ?? null, stacks: checked },
    () => `${path} is valid: ${checked.join(", ")}`,
  );
}

import { writeFile } from "node:fs/promises";
import { checkStack, selectStack, StackError } from "@modelstack/core/stack";
import { print, project, type CommonFlags, type Context } from "../context.ts";

export default async function use(this: Context, flags: CommonFlags, wanted: string): Promise<void> {
  const opened = await project(this, flags);
  const { name, entry } = selectStack(opened.file, wanted);
  const { source } = opened.file;
  if (source === undefined) {
    throw new StackError("STACK_FILE_NOT_FOUND", `There is no stack.yaml, so "${name}" is the only stack.`);
  }
  await checkStack(opened, name, entry);
  await writeFile(source.path, source.withScalar(["active"], name));
  print(this, flags, { active: name, file: source.path }, () => `${name} is now the active stack of ${source.path}`);
}

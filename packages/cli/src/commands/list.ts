import { componentKinds } from "@modelstack/core/stack";
import { print, project, type CommonFlags, type Context } from "../context.ts";
import { table } from "../render/table.ts";

export default async function list(this: Context, flags: CommonFlags): Promise<void> {
  const { file } = await project(this, flags);
  const stacks = [...file.stacks].map(([name, entry]) => ({
    name,
    active: name === file.active,
    components: Object.fromEntries(
      componentKinds.flatMap((kind) => (entry[kind] === undefined ? [] : [[kind, entry[kind].flavor]])),
    ),
  }));
  print(this, flags, stacks, () =>
    table(
      ["", "STACK", ...componentKinds.map((kind) => kind.replace(/^(experiment|model)_|_store$/, "").toUpperCase())],
      stacks.map(({ name, active, components }) => [
        active ? "*" : "",
        name,
        ...componentKinds.map((kind) => components[kind] ?? "-"),
      ]),
      this.io.stdout.columns,
    ),
  );
}

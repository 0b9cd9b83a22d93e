import { checkStack, componentKinds, selectStack } from "@modelstack/core/stack";
import { maskConfig } from "../mask-config.ts";
import { print, project, type CommonFlags, type Context } from "../context.ts";
import { fields } from "../render/table.ts";

export default async function show(this: Context, flags: CommonFlags, wanted?: string): Promise<void> {
  const opened = await project(this, flags);
  const { name, entry } = selectStack(opened.file, wanted ?? this.io.env["STACK_NAME"]);
  await checkStack(opened, name, entry);
  const components = Object.fromEntries(
    componentKinds.flatMap((kind) => {
      const component = entry[kind];
      return component === undefined ? [] : [[kind, { flavor: component.flavor, ...maskConfig(component.config) }]];
    }),
  );
  const about = {
    name,
    active: name === opened.file.active,
    file: opened.file.source?.path ?? null,
    folder: opened.folder,
    ...(opened.file.modelNames === undefined ? {} : { model_names: opened.file.modelNames.source }),
    components,
  };
  print(this, flags, about, () =>
    fields([
      ["stack", about.active ? `${name} (active)` : name],
      ["defined in", about.file ?? "built in (there is no stack.yaml)"],
      ["project", opened.folder],
      ...("model_names" in about ? [["model names", about.model_names] as const] : []),
      ...Object.entries(components).map(
        ([kind, { flavor, ...config }]) => [kind, `${flavor}${describeConfig(config)}`] as const,
      ),
    ]),
  );
}

function describeConfig(config: Record<string, unknown>): string {
  const entries = Object.entries(config);
  return entries.length === 0
    ? ""
    : `  ${entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ")}`;
}

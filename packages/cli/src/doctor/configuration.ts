import { checkStack, componentKinds, type Project, type StackEntry } from "@modelstack/core/stack";
import { inlineSecrets } from "../inline-secrets.ts";
import { failed, ok, warn, type Finding } from "./finding.ts";

/** stack.yaml, its stacks, and the plugins that they can use. */
export async function checkConfiguration(project: Project): Promise<Finding[]> {
  const { file } = project;
  const where =
    file.source === undefined
      ? `there is none; the built-in stack "${file.active}" serves`
      : `${file.source.path}, active stack: ${file.active}`;
  const stacks = await Promise.all([...file.stacks].map(([name, entry]) => checkEntry(project, name, entry)));
  return [ok("stack.yaml", where), ...stacks.flat(), ...(await checkPlugins(project))];
}

async function checkEntry(project: Project, name: string, entry: StackEntry): Promise<Finding[]> {
  const what = `stack ${name}`;
  const secrets = inlineSecrets(project.file, name, entry).map((text) => {
    const [message = "", fix = ""] = text.split(": ", 2);
    return warn(what, message, fix);
  });
  try {
    await checkStack(project, name, entry);
    const flavors = componentKinds.flatMap((kind) =>
      entry[kind] === undefined ? [] : `${kind} ${entry[kind].flavor}`,
    );
    return [ok(what, flavors.join(", ")), ...secrets];
  } catch (error) {
    return [failed(what, error), ...secrets];
  }
}

async function checkPlugins(project: Project): Promise<Finding[]> {
  try {
    return (await project.catalog()).plugins().map((plugin): Finding => {
      const name = "plugin";
      const message = `${plugin.package} ${plugin.version}`;
      if (plugin.problem === undefined) return ok(name, message);
      const fix = "Update it, or remove it from plugins: in stack.yaml.";
      return {
        name,
        status: "fail",
        message: `${message} cannot be used: ${plugin.problem}`,
        fix,
        code: "PLUGIN_INVALID",
      };
    });
  } catch (error) {
    return [failed("plugin", error)];
  }
}

import type { Project } from "./project.ts";

export interface PluginPackage {
  readonly name: string;
  readonly version?: string;
  /** What its package.json says under "modelstack". */
  readonly modelstack: {
    readonly api: number;
    readonly flavors: readonly string[];
    readonly fetchers?: readonly string[];
  };
  readonly code: string;
}

/** Installs a third party's flavors into a project. */
export function installPlugin(at: Project, { name, version = "1.2.3", modelstack, code }: PluginPackage): void {
  const manifest = { name, version, type: "module", exports: "./index.js", modelstack };
  at.write(`node_modules/${name}/package.json`, JSON.stringify(manifest));
  at.write(`node_modules/${name}/index.js`, code);
}

/**
 * The code of a plugin whose tracker and registry are the local ones under another name. `keys` are what they take in stack.yaml (zod, core's `httpUrl`),
 * `registry` changes the registry that it is given.
 */
function delegating(flavor: string, keys = "{}", registry = "(registry) => registry"): string {
  return `import { httpUrl } from "@modelstack/core";
import local from "@modelstack/flavor-local";
import { z } from "zod";

const change = ${registry};
const flavors = ["experiment_tracker", "model_registry"].map((kind) => {
  const own = local.flavors.find((flavor) => flavor.kind === kind);
  return {
    ...own,
    name: ${JSON.stringify(flavor)},
    config: z.object(${keys}),
    create: async (_config, context) => {
      const component = await own.create(own.config.parse({}), context);
      return kind === "model_registry" ? change(component) : component;
    },
  };
});
export default { api: 1, flavors };
`;
}

/** The manifest of such a plugin. */
export function delegatingPlugin(name: string, flavor: string, keys?: string, registry?: string): PluginPackage {
  return {
    name,
    modelstack: { api: 1, flavors: [`experiment_tracker/${flavor}`, `model_registry/${flavor}`] },
    code: delegating(flavor, keys, registry),
  };
}

/** A plugin with a tracker and a registry, of the flavor `team`, that keep everything in a folder of their own, as a server would. */
export const teamPlugin: PluginPackage = {
  name: "team-server",
  modelstack: { api: 1, flavors: ["experiment_tracker/team", "model_registry/team"] },
  code: `import { join } from "node:path";
import local from "@modelstack/flavor-local";

const flavors = ["experiment_tracker", "model_registry"].map((kind) => {
  const own = local.flavors.find((flavor) => flavor.kind === kind);
  const elsewhere = ({ projectFolder, shared, ...context }) => ({
    ...context,
    projectFolder,
    stateFolder: join(projectFolder, "server"),
    shared: (key, open) => shared("team-server/" + key, open),
  });
  return { ...own, name: "team", create: (config, context) => own.create(config, elsewhere(context)) };
});
export default { api: 1, flavors };
`,
};

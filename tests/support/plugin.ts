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

/**
 * A plugin with a tracker and a registry, of the flavor `projects`, on a server with several projects: which one, the tracker's key `project`
 * says, or a reference to a model. Each keeps all it has in a folder of its own.
 */
export const projectsPlugin: PluginPackage = {
  name: "projects-server",
  modelstack: { api: 1, flavors: ["experiment_tracker/projects", "model_registry/projects"] },
  code: `import { join } from "node:path";
import local from "@modelstack/flavor-local";
import { z } from "zod";

const [ownTracker, ownRegistry] = ["experiment_tracker", "model_registry"].map((kind) => local.flavors.find((flavor) => flavor.kind === kind));
const at = ({ projectFolder, shared, ...context }, project) => ({
  ...context,
  projectFolder,
  stateFolder: join(projectFolder, "server", project),
  shared: (key, open) => shared("projects-server/" + key, open),
});
const projectOf = (context, project) => context.shared("projects-server/project", () => ({ project, [Symbol.dispose]: () => undefined })).project;

export default {
  api: 1,
  flavors: [
    {
      ...ownTracker,
      name: "projects",
      config: z.object({ project: z.string().regex(/^[a-z/]+$/, "expected letters and slashes") }),
      create: async ({ project }, context) => ownTracker.create({}, at(context, projectOf(context, project))),
    },
    {
      ...ownRegistry,
      name: "projects",
      config: z.object({}),
      placeKeys: ["project"],
      create: async (_config, context) => {
        await context.component("experiment_tracker");
        return ownRegistry.create({ versions: "semver" }, at(context, projectOf(context)));
      },
    },
  ],
};
`,
};

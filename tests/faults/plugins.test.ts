import { describe, expect, it } from "vitest";
import { json, stack } from "../support/command.ts";
import { installPlugin, type PluginPackage } from "../support/plugin.ts";
import { project, type Project } from "../support/project.ts";
import { refuses, type Refusal } from "../support/refusals.ts";

/** A stack.yaml that names a plugin, and has a stack that uses its flavor beside one that does not. */
function naming(plugin: string, flavor = "stormy"): string {
  return `version: 1
active: calm
plugins: [${plugin}]
stacks:
  calm: {}
  rough:
    experiment_tracker: { flavor: ${flavor} }
`;
}

const flavors = ["experiment_tracker/stormy"];
const throwing: PluginPackage = {
  name: "stormy-flavor",
  modelstack: { api: 1, flavors },
  code: 'throw new Error("no weather today");',
};
const ofAnotherApi: PluginPackage = {
  name: "stormy-flavor",
  modelstack: { api: 2, flavors },
  code: 'throw new Error("never imported");',
};
const emptyHanded: PluginPackage = {
  name: "stormy-flavor",
  modelstack: { api: 1, flavors },
  code: "export const x = 1;",
};

function using(plugin: PluginPackage): Pick<Refusal, "files" | "prepare"> {
  return { files: { "stack.yaml": naming(plugin.name) }, prepare: (at: Project) => installPlugin(at, plugin) };
}

function invalid(name: string, plugin: string, code: string, ...says: Refusal["says"]): Refusal {
  return { name, files: { "stack.yaml": naming(plugin) }, argv: ["validate"], exit: 2, code, says };
}

describe("plugins that are refused", () => {
  refuses(stack, [
    {
      ...invalid(
        "J07 a plugin outside the project",
        "./../evil",
        "PLUGIN_INVALID",
        "lies outside the project",
        "stack.yaml:3:11",
      ),
      prepare: (at) => at.write("../evil/package.json", JSON.stringify({ name: "evil", version: "1.0.0" })),
    },
    invalid("J07 a file outside the project", "./../evil.js", "PLUGIN_NOT_FOUND", "There is no folder ./../evil.js"),
    invalid(
      "J07 a package that is not installed",
      "stormy-flavor",
      "PLUGIN_NOT_FOUND",
      "not installed in",
      "npm install stormy-flavor",
    ),
    {
      name: "J08 a plugin that throws while it is imported",
      ...using(throwing),
      argv: ["validate"],
      exit: 2,
      code: "PLUGIN_INVALID",
      says: ["The plugin stormy-flavor 1.2.3 failed while it was imported: no weather today", "Update or remove it"],
    },
    {
      name: "J08 a plugin made for another interface",
      ...using(ofAnotherApi),
      argv: ["runs", "list", "--stack", "rough"],
      exit: 2,
      code: "PLUGIN_INVALID",
      says: ["The plugin stormy-flavor 1.2.3 cannot be used: it is made for interface 2 of modelstack, this is 1"],
    },
    {
      name: "J08 a package that exports no plugin",
      ...using(emptyHanded),
      argv: ["validate"],
      exit: 2,
      code: "PLUGIN_INVALID",
      says: ["stormy-flavor 1.2.3 does not default-export definePlugin("],
    },
  ]);
});

describe.each([
  ["throws while it is imported", throwing],
  ["is made for another interface", ofAnotherApi],
])("J08 beside a plugin that %s", (_what, plugin) => {
  it.each([
    [["runs", "list"]],
    [["models", "--help"]],
    [["show", "calm"]],
    [["flavor", "show", "model_registry/local"]],
  ])("stack %j works", async (argv) => {
    using at = project({ "stack.yaml": naming(plugin.name) });
    installPlugin(at, plugin);
    expect(await stack(at.folder, argv)).toMatchObject({ exit: 0 });
  });

  it("stack flavor list imports nothing, and says whether it can be used", async () => {
    using at = project({ "stack.yaml": naming(plugin.name) });
    installPlugin(at, plugin);
    const listed = await json<{ package: string }[]>(stack(at.folder, ["flavor", "list", "--json"]));
    const usable = plugin.modelstack.api === 1;
    expect(listed.filter((one) => one.package === plugin.name)).toMatchObject([
      { kind: "experiment_tracker", name: "stormy", usable },
    ]);
    const { stdout } = await stack(at.folder, ["flavor", "list"]);
    expect(stdout).toMatch(usable ? /stormy .* yes$/m : /stormy .* no: it is made for interface 2/m);
  });
});

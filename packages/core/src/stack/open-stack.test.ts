import { mkdirSync, mkdtempDisposableSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineFlavor, definePlugin } from "./flavor.ts";
import { checkStack, openProject, openStackOf, selectStack } from "./open-stack.ts";
import type { PluginSource } from "./plugins.ts";

const notMade = () => {
  throw new Error("checking a stack makes none of its components");
};
const about = { description: "", capabilities: {}, create: notMade };
const flavors = [
  ...(["artifact_store", "metadata_store", "model_registry"] as const).map((kind) =>
    defineFlavor({ ...about, kind, name: "local", config: z.object({}) }),
  ),
  defineFlavor({
    ...about,
    kind: "orchestrator",
    name: "local",
    config: z
      .object({ port: z.int().min(1).max(65_535).default(80), low: z.int().optional(), high: z.int().optional() })
      .refine(({ low = 0, high = 1 }) => low < high, "low must be below high"),
  }),
  defineFlavor({
    ...about,
    kind: "experiment_tracker",
    name: "local",
    config: z.object({ experiment: z.string().optional() }),
  }),
  defineFlavor({
    ...about,
    kind: "experiment_tracker",
    name: "mlflow",
    config: z.object({ tracking_uri: z.string(), token: z.string().optional() }),
  }),
];
const builtIn: PluginSource = {
  manifest: {
    package: "built-in",
    version: "1.0.0",
    flavors: flavors.map(({ kind, name }) => `${kind}/${name}`),
    fetchers: [],
    problem: undefined,
  },
  load: async () => definePlugin({ api: 1, flavors }),
};

/** A project in a temporary folder, with these files. */
function project(files: Readonly<Record<string, string>>) {
  const root = mkdtempDisposableSync(join(realpathSync(tmpdir()), "open-stack-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root.path, name)), { recursive: true });
    writeFileSync(join(root.path, name), text);
  }
  return { folder: root.path, [Symbol.dispose]: () => root.remove() };
}

/** Checks the stack `a` of a stack.yaml with this content in it. */
async function check(content: string) {
  using p = project({ "stack.yaml": `version: 1\nactive: a\nstacks:\n  a:\n    ${content}\n` });
  const opened = await openProject({ cwd: p.folder }, [builtIn]);
  const { name, entry } = selectStack(opened.file);
  return checkStack(opened, name, entry);
}

describe("openProject", () => {
  it("finds stack.yaml upwards from the working folder", async () => {
    using p = project({ "stack.yaml": "version: 1\nactive: a\nstacks: { a: {} }\n", "deep/er/x": "" });
    const { file, folder } = await openProject({ cwd: join(p.folder, "deep/er") }, []);
    expect([file.active, folder]).toEqual(["a", p.folder]);
  });

  it("takes the one that is named, with its folder as the project", async () => {
    using p = project({ "conf/other.yaml": "version: 1\nactive: b\nstacks: { b: {} }\n" });
    const { file, folder } = await openProject({ cwd: p.folder, stackFile: "conf/other.yaml" }, []);
    expect([file.active, folder]).toEqual(["b", join(p.folder, "conf")]);
  });

  it("A01 refuses one that is named and not there, rather than using the built-in stack", async () => {
    using p = project({});
    await expect(openProject({ cwd: p.folder, stackFile: "gone.yaml" }, [])).rejects.toMatchObject({
      code: "STACK_FILE_NOT_FOUND",
      message: `There is no file ${join(p.folder, "gone.yaml")}.`,
    });
  });

  it("has the built-in stack beside the nearest package.json where there is no stack.yaml", async () => {
    using p = project({ "package.json": "{}", "src/x": "" });
    const { file, folder } = await openProject({ cwd: join(p.folder, "src") }, []);
    expect([file.source, file.active, folder]).toEqual([undefined, "local", p.folder]);
  });

  it("J07 says in which line a plugin is named that is not installed", async () => {
    using p = project({ "stack.yaml": "version: 1\nactive: a\nstacks: { a: {} }\nplugins:\n  - flavor-gone\n" });
    const opened = await openProject({ cwd: p.folder }, [builtIn]);
    await expect(opened.catalog()).rejects.toMatchObject({
      code: "PLUGIN_NOT_FOUND",
      location: { line: 5, column: 5, text: "  - flavor-gone" },
    });
  });
});

describe("selectStack", () => {
  it("A19 refuses a stack that is not there, lists those that are and suggests one", async () => {
    using p = project({ "stack.yaml": "version: 1\nactive: team\nstacks: { team: {}, local: {} }\n" });
    const { file } = await openProject({ cwd: p.folder }, []);
    expect(() => selectStack(file, "taem")).toThrow(
      expect.objectContaining({
        code: "STACK_NOT_FOUND",
        kind: "not-found",
        message: `There is no stack "taem" in ${join(p.folder, "stack.yaml")}.`,
        hint: 'Did you mean "team"? Stacks: team, local.',
      }),
    );
    expect(selectStack(file).name).toBe("team");
  });

  it("A15 A19 does not take a name that every object has for a stack", async () => {
    using p = project({});
    const { file } = await openProject({ cwd: p.folder }, []);
    expect(() => selectStack(file, "constructor")).toThrow('There is no stack "constructor" in the built-in');
  });
});

describe("checkStack", () => {
  const invalid = (message: string, line: number) => ({
    code: "FLAVOR_CONFIG_INVALID",
    message: expect.stringContaining(message) as string,
    location: expect.objectContaining({ line }) as object,
    hint: expect.any(String) as string,
  });

  it("gives every component's flavor and its configuration, with defaults", async () => {
    const checked = await check("experiment_tracker: { flavor: local, experiment: e }");
    expect([...checked].map(([kind, { flavor, config }]) => [kind, flavor, config])).toEqual([
      ["orchestrator", "local", { port: 80 }],
      ["artifact_store", "local", {}],
      ["metadata_store", "local", {}],
      ["experiment_tracker", "local", { experiment: "e" }],
    ]);
  });

  it("A05 refuses a key that the flavor does not know, also when it leaves another one missing", async () => {
    await expect(check("experiment_tracker: { flavor: mlflow, traking_uri: x }")).rejects.toMatchObject({
      ...invalid('experiment_tracker of flavor "mlflow" has no key "traking_uri"', 5),
      hint: 'did you mean "tracking_uri"? It takes: tracking_uri, token.',
    });
  });

  it("A06 refuses a flavor that is not known, with its line, the known ones and a suggestion", async () => {
    await expect(check("experiment_tracker: { flavor: mlfow }")).rejects.toMatchObject({
      code: "FLAVOR_UNKNOWN",
      hint: expect.stringContaining('did you mean "mlflow"? Known: local, mlflow.'),
      location: { line: 5, text: "    experiment_tracker: { flavor: mlfow }" },
    });
  });

  it("A07 refuses a value of the wrong type, saying which was expected and which was found", async () => {
    await expect(check('orchestrator:\n      flavor: local\n      port: "80a"')).rejects.toMatchObject(
      invalid('orchestrator of flavor "local": port: Invalid input: expected number, received string', 7),
    );
  });

  it.each(["99999", "-1", "1.5"])("A08 refuses the port %s", async (port) => {
    await expect(check(`orchestrator: { flavor: local, port: ${port} }`)).rejects.toMatchObject(
      invalid('orchestrator of flavor "local": port:', 5),
    );
  });

  it("A22 asks for quotes where YAML takes a text for a number", async () => {
    await expect(check("experiment_tracker: { flavor: local, experiment: 1.10 }")).rejects.toMatchObject({
      ...invalid("experiment: Invalid input: expected string, received number", 5),
      hint: expect.stringContaining("quotes"),
    });
  });

  it("refuses values that do not fit each other, where the flavor says so", async () => {
    await expect(check("orchestrator: { flavor: local, low: 3, high: 2 }")).rejects.toMatchObject(
      invalid("low must be below high", 5),
    );
  });

  it("A17 refuses a variable that is not set, naming its line", async () => {
    const content = 'experiment_tracker:\n      flavor: mlflow\n      tracking_uri: "${env:MODELSTACK_TEST_GONE}"';
    await expect(check(content)).rejects.toMatchObject({
      code: "ENV_MISSING",
      message: "the environment variable MODELSTACK_TEST_GONE is not set",
      location: { line: 7 },
    });
  });

  it("refuses a registry without a tracker before it looks at anything else", async () => {
    await expect(check("model_registry: { flavor: local, nonsense: 1 }")).rejects.toMatchObject({
      code: "REGISTRY_WITHOUT_TRACKER",
    });
  });
});

describe("openStackOf", () => {
  it("makes no component until one is asked for", async () => {
    using p = project({ "package.json": "{}" });
    const stack = await openStackOf(await openProject({ cwd: p.folder }, [builtIn]));
    expect([stack.name, stack.projectFolder, stack.stateFolder]).toEqual(["local", p.folder, join(p.folder, ".stack")]);
    await expect(stack.orchestrator()).rejects.toThrow("makes none of its components");
  });

  it("has a digest without the values of variables, so that no secret is in it", async () => {
    using p = project({
      "stack.yaml":
        'version: 1\nactive: a\nstacks: { a: { experiment_tracker: { flavor: mlflow, tracking_uri: x, token: "${env:MODELSTACK_TEST_TOKEN}" } } }\n',
      ".env": "MODELSTACK_TEST_TOKEN=one\n",
    });
    const digest = async () => (await openStackOf(await openProject({ cwd: p.folder }, [builtIn]))).digest;
    const before = await digest();
    writeFileSync(join(p.folder, ".env"), "MODELSTACK_TEST_TOKEN=two\n");
    expect(await digest()).toBe(before);
  });
});

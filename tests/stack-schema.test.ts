import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { call, json, stack } from "./support/command.ts";
import { installPlugin } from "./support/plugin.ts";
import { project, stackFile, type Project } from "./support/project.ts";

const plugin = {
  name: "far-flavor",
  modelstack: { api: 1, flavors: ["experiment_tracker/far", "model_registry/far"] },
  code: `import { httpUrl } from "@modelstack/core";
    import { z } from "zod";
    const config = z.object({
      uri: httpUrl.describe("The server's address"),
      mode: z.enum(["fast", "safe"]).optional(),
      retries: z.int().max(9).default(3),
      headers: z.record(z.string(), z.string()).optional(),
    });
    const flavor = (kind) => ({ kind, name: "far", description: "A server", config, capabilities: {}, create: () => ({}) });
    export default { api: 1, flavors: ["experiment_tracker", "model_registry"].map(flavor) };`,
};

/** A stack.yaml in which a stack has these lines. */
function withStack(...lines: readonly string[]): string {
  return `version: 1\nactive: a\nplugins: [far-flavor]\nstacks:\n  a:\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

/** A project with this stack.yaml, and the plugin. */
function withPlugin(yaml: string): Project {
  const at = project({ "stack.yaml": yaml });
  installPlugin(at, plugin);
  return at;
}

/** Whether an editor would find nothing wrong with a stack.yaml, and whether the command takes it. */
async function verdicts(yaml: string): Promise<{ editor: boolean; command: boolean }> {
  using at = withPlugin(yaml);
  const schema = await json<object>(stack(at.folder, ["schema"]));
  const ajv = new Ajv({ strict: false, formats: { uri: (text: string) => /^https?:\/\/\S+$/i.test(text) } });
  const { exit } = await stack(at.folder, ["validate"], { env: { MODE: "safe", URI: "https://example.org" } });
  return { editor: ajv.validate(schema, parse(yaml)), command: exit === 0 };
}

describe("the schema of stack.yaml and the command agree", () => {
  it.each([
    ["the smallest file", "version: 1\nactive: a\nstacks: { a: {} }\n"],
    ["the local flavor", stackFile("    orchestrator: { flavor: local, concurrency: 4 }\n")],
    ["every key at the top", `$schema: ./x.json\nmodel_names: "^[a-z]+$"\nplugins: []\n${stackFile()}`],
    [
      "a plugin's flavor with its keys",
      withStack("experiment_tracker: { flavor: far, uri: https://example.org, retries: 9 }"),
    ],
    ["a mapping among the keys", withStack('experiment_tracker: { flavor: far, uri: "http://x", headers: { a: b } }')],
    [
      "texts from the environment where one of some, or a form, is expected",
      withStack('experiment_tracker: { flavor: far, uri: "${env:URI}", mode: "${env:MODE}" }'),
    ],
    [
      "a registry with a tracker of its flavor",
      withStack("experiment_tracker: { flavor: far, uri: http://x }", "model_registry: { flavor: far, uri: http://x }"),
    ],
    [
      "how results are uploaded",
      `${withStack("orchestrator: { flavor: local }")}upload: { max_size: 1GB, keys: { commit: git.sha } }\nrequire_clean: true\n`,
    ],
  ])("on %s, which is fine", async (_what, yaml) => {
    expect(await verdicts(yaml)).toEqual({ editor: true, command: true });
  });

  it.each([
    ["a misspelt key", "version: 1\nactive: a\nstack: { a: {} }\n"],
    ["a missing key", "version: 1\nstacks: { a: {} }\n"],
    [
      "a key that no training has",
      `${withStack("orchestrator: { flavor: local }")}upload: { keys: { comit: git.sha } }\n`,
    ],
    ["a word for a yes or no", `${withStack("orchestrator: { flavor: local }")}require_clean: please\n`],
    ["another version", "version: 2\nactive: a\nstacks: { a: {} }\n"],
    ["a number for a text", "version: 1\nactive: 5\nstacks: { '5': {} }\n"],
    ["a stack's name with a space", "version: 1\nactive: a b\nstacks: { a b: {} }\n"],
    ["an unknown kind", withStack("experiment_trakcer: { flavor: local }")],
    ["a list for a component", withStack("orchestrator: []")],
    ["nothing for a component", withStack("orchestrator:")],
    ["a component without its flavor", withStack("orchestrator: { concurrency: 2 }")],
    ["an unknown flavor", withStack("experiment_tracker: { flavor: locl }")],
    ["a flavor of another kind", withStack("orchestrator: { flavor: far }")],
    ["a key that the flavor does not take", withStack("orchestrator: { flavor: local, concurency: 2 }")],
    ["a number out of its range", withStack("orchestrator: { flavor: local, concurrency: 0 }")],
    ["a text for a number", withStack('orchestrator: { flavor: local, concurrency: "${env:MODE}" }')],
    ["a plugin's flavor without a key that it needs", withStack("experiment_tracker: { flavor: far }")],
    ["an address that is none", withStack("experiment_tracker: { flavor: far, uri: htp//x }")],
    [
      "a word that is none of those possible",
      withStack("experiment_tracker: { flavor: far, uri: http://x, mode: slow }"),
    ],
    ["a registry without a tracker", withStack("model_registry: { flavor: local }")],
    [
      "a registry with a tracker of another flavor",
      withStack("experiment_tracker: { flavor: far, uri: http://x }", "model_registry: { flavor: local }"),
    ],
  ])("on %s, which is not", async (_what, yaml) => {
    expect(await verdicts(yaml)).toEqual({ editor: false, command: false });
  });
});

describe("stack schema", () => {
  it("is a schema of draft 7, with what each key is", async () => {
    using at = withPlugin(withStack("orchestrator: { flavor: local }"));
    const schema = await json<{ $schema: string }>(stack(at.folder, ["schema"]));
    expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
    expect(new Ajv({ strict: false, validateFormats: false }).validateSchema(schema)).toBe(true);
    const text = JSON.stringify(schema);
    expect(text).toContain('"description":"The server\'s address"');
    expect(text).toContain('"description":"How many instances may run at the same time. Default: the number of cores"');
  });

  it("leaves out a plugin that cannot be used, and says so", async () => {
    using at = project({ "stack.yaml": withStack() });
    installPlugin(at, { ...plugin, code: 'throw new Error("no weather today");' });
    const { exit, stdout, stderr } = await stack(at.folder, ["schema"]);
    expect(exit).toBe(0);
    expect(stdout).not.toContain('"far"');
    expect(stderr).toContain("warning: the flavor model_registry/far is not in the schema: ");
    expect(stderr).toContain("no weather today");
  });

  it.each([
    ["that is half written", "version: 1\nplugins: [\n", "flow"],
    ["that names a plugin which is not there", withStack(), "not installed"],
  ])("is made beside a stack.yaml %s, with the built-in flavors", async (_what, yaml, why) => {
    using at = project({ "stack.yaml": yaml });
    const { exit, stdout, stderr } = await call(at.folder, ["schema"]);
    expect(exit).toBe(0);
    expect(stderr).toMatch(/^warning: only the built-in flavors are in the schema: /);
    expect(stderr.toLowerCase()).toContain(why);
    expect(JSON.parse(stdout)).toHaveProperty("properties.stacks");
  });
});

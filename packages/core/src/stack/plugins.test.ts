import { mkdirSync, mkdtempDisposableSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { findPlugin, loadPlugin, readManifest } from "./plugins.ts";

/** A project in a temporary folder, with these files in it. Objects become JSON. */
function project(files: Readonly<Record<string, string | object>> = {}) {
  const root = mkdtempDisposableSync(join(realpathSync(tmpdir()), "plugins-"));
  const folder = join(root.path, "project");
  mkdirSync(folder);
  for (const [name, content] of Object.entries({ "package.json": { name: "project" }, ...files })) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  }
  return { folder, outside: root.path, [Symbol.dispose]: () => root.remove() };
}

const PLUGIN = `export default { api: 1, flavors: [{ kind: "model_registry", name: "gto" }] };\n`;
const manifest = (more: object = {}) => ({
  name: "flavor-gto",
  version: "1.2.3",
  type: "module",
  modelstack: { api: 1, flavors: ["model_registry/gto"] },
  ...more,
});
const at = "node_modules/flavor-gto";
const here = { file: "stack.yaml", line: 3 };

describe("findPlugin", () => {
  it("finds a package that is installed, without importing it", async () => {
    using p = project({ [`${at}/package.json`]: manifest(), [`${at}/index.js`]: "throw new Error('imported')" });
    const { manifest: found } = await findPlugin("flavor-gto", p.folder);
    expect(found).toEqual({
      package: "flavor-gto",
      version: "1.2.3",
      flavors: ["model_registry/gto"],
      fetchers: [],
      problem: undefined,
    });
  });

  it("reads which schemes of references a package fetches", async () => {
    const says = { modelstack: { api: 1, flavors: [], fetchers: ["s3", 3] } };
    using p = project({ [`${at}/package.json`]: manifest(says) });
    expect((await findPlugin("flavor-gto", p.folder)).manifest).toMatchObject({ flavors: [], fetchers: ["s3"] });
  });

  it("finds a package of a scope, and one that a folder above the project has", async () => {
    using p = project({ "node_modules/@a/b/package.json": manifest({ name: "@a/b" }), "packages/x/package.json": {} });
    expect((await findPlugin("@a/b", join(p.folder, "packages/x"))).manifest.package).toBe("@a/b");
  });

  it("finds a folder inside the project", async () => {
    using p = project({ "flavors/mine/package.json": manifest({ name: "mine" }) });
    expect((await findPlugin("./flavors/mine", p.folder)).manifest.package).toBe("mine");
  });

  it("J07 says how to install a package that is not there, and where it is asked for", async () => {
    using p = project();
    await expect(findPlugin("flavor-gto", p.folder, here)).rejects.toMatchObject({
      code: "PLUGIN_NOT_FOUND",
      kind: "invalid",
      message: `The plugin flavor-gto is not installed in ${p.folder}.`,
      hint: "npm install flavor-gto",
      location: here,
    });
  });

  it("J07 says that a folder is not there", async () => {
    using p = project();
    await expect(findPlugin("./flavors/mine", p.folder, here)).rejects.toMatchObject({
      code: "PLUGIN_NOT_FOUND",
      message: `There is no folder ./flavors/mine in ${p.folder}.`,
      hint: expect.any(String),
      location: here,
    });
  });

  it.each([["../evil"], ["./../evil"], [".."], ["./link"], ["./flavors/../../evil"]])(
    "J07 refuses %s, a folder outside the project",
    async (name) => {
      using p = project();
      mkdirSync(join(p.outside, "evil"));
      writeFileSync(join(p.outside, "evil/package.json"), JSON.stringify(manifest()));
      symlinkSync(join(p.outside, "evil"), join(p.folder, "link"));
      mkdirSync(join(p.folder, "flavors"));
      await expect(findPlugin(name, p.folder, here)).rejects.toMatchObject({
        code: "PLUGIN_INVALID",
        message: `The plugin ${name} lies outside the project ${p.folder}.`,
        hint: expect.stringContaining("Install it as a package"),
        location: here,
      });
    },
  );

  it.each(["", "file:///etc", "node:fs", "a/b", "a\nb", "flavor-gto/../../evil", "https://x/y"])(
    "J07 refuses %j, which is no package's name",
    async (name) => {
      using p = project({ [`${at}/package.json`]: manifest() });
      await expect(findPlugin(name, p.folder)).rejects.toMatchObject({
        code: "PLUGIN_INVALID",
        message: `The plugin ${JSON.stringify(name)} is not the name of a package.`,
        hint: expect.stringContaining("./folder"),
      });
    },
  );

  it.each([
    ["is no JSON", "{", "JSON"],
    ["has no version", { name: "flavor-gto" }, "it has no name and version"],
  ])("J08 refuses a package.json that %s", async (_what, content, why) => {
    using p = project({ [`${at}/package.json`]: content });
    await expect(findPlugin("flavor-gto", p.folder)).rejects.toMatchObject({
      code: "PLUGIN_INVALID",
      message: expect.stringContaining(why),
      hint: expect.stringContaining('"modelstack"'),
    });
  });
});

describe("readManifest", () => {
  it.each([
    ["no entry", {}, [], 'its package.json has no "modelstack" entry: it is not a plugin'],
    [
      "another interface",
      { modelstack: { api: 9, flavors: ["a/b"] } },
      ["a/b"],
      "it is made for interface 9 of modelstack, this is 1",
    ],
    ["an entry without flavors", { modelstack: { api: 1 } }, [], undefined],
    ["flavors that are no texts", { modelstack: { api: 1, flavors: [1, "a/b", null] } }, ["a/b"], undefined],
  ])("J08 tells what is wrong with %s instead of failing", async (_what, entry, flavors, problem) => {
    using p = project({ "x/package.json": { name: "x", version: "1.0.0", ...entry } });
    expect(await readManifest(join(p.folder, "x/package.json"))).toMatchObject({ flavors, problem });
  });
});

describe("loadPlugin", () => {
  const load = async (folder: string) => loadPlugin(await findPlugin("flavor-gto", folder));

  it.each([
    ["index.js", {}],
    ["dist/main.js", { main: "./dist/main.js" }],
    ["dist/main.js", { exports: "./dist/main.js" }],
    ["dist/main.js", { exports: { ".": { types: "./t.d.ts", import: "./dist/main.js" } } }],
    ["dist/main.js", { exports: { import: "./dist/main.js", require: "./dist/main.cjs" } }],
    [
      "dist/main.js",
      { exports: { ".": [{ browser: "./b.js" }, { node: { default: "./dist/main.js" } }] }, main: "./gone.js" },
    ],
  ])("imports %s of a package that says %j", async (entry, says) => {
    using p = project({ [`${at}/package.json`]: manifest(says), [`${at}/${entry}`]: PLUGIN });
    expect((await load(p.folder)).flavors).toEqual([{ kind: "model_registry", name: "gto" }]);
  });

  it.each([
    [
      "exports nothing as a whole",
      { exports: { "./sub": "./sub.js" } },
      PLUGIN,
      "exports nothing that can be imported",
    ],
    ["throws at import", {}, "throw new Error('out of order');", "failed while it was imported: out of order"],
    ["has an error in its syntax", {}, "export default {", "failed while it was imported"],
    ["imports what is not installed", {}, "import 'not-there';", "failed while it was imported"],
    ["exports nothing", {}, "", "does not default-export definePlugin({ api: 1, flavors })"],
    ["exports null", {}, "export default null;", "does not default-export definePlugin"],
    ["exports another interface", {}, "export default { api: 2, flavors: [] };", "does not default-export"],
    ["exports no list", {}, "export default { api: 1, flavors: {} };", "does not default-export"],
    [
      "is made for another interface",
      { modelstack: { api: 2, flavors: ["a/b"] } },
      PLUGIN,
      "interface 2 of modelstack",
    ],
  ])("J08 names plugin and version when it %s", async (_what, says, code, why) => {
    using p = project({ [`${at}/package.json`]: manifest(says), [`${at}/index.js`]: code });
    await expect(load(p.folder)).rejects.toMatchObject({
      code: "PLUGIN_INVALID",
      message: expect.stringMatching(/^The plugin flavor-gto 1\.2\.3 /),
      hint: expect.any(String),
    });
    await expect(load(p.folder)).rejects.toThrow(why);
  });
});

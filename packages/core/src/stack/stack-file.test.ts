import { mkdirSync, mkdtempDisposableSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StackError } from "../errors.ts";
import { readPluginNames } from "./plugin-names.ts";
import { builtInStackFile, readStackFile } from "./stack-file.ts";

const GOOD = `version: 1
active: local
stacks:
  local:
    experiment_tracker: { flavor: local, experiment: e }
    model_registry: { flavor: local }
  bare: {}
`;

/** A stack.yaml in a temporary folder. */
function stackYaml(text: string) {
  const folder = mkdtempDisposableSync(join(tmpdir(), "stack-file-"));
  const path = join(folder.path, "stack.yaml");
  writeFileSync(path, text);
  return { path, [Symbol.dispose]: () => folder.remove() };
}

/** The refusal of a stack.yaml with this text, which must say where, what and what to do. */
async function refusal(text: string): Promise<StackError> {
  using file = stackYaml(text);
  const error = (await readStackFile(file.path).catch((thrown: unknown) => thrown)) as StackError;
  expect(error).toMatchObject({ kind: "invalid", location: { file: file.path }, hint: expect.stringMatching(/\S/) });
  return error;
}

describe("a good file", () => {
  it("gives its stacks, with the local components that it leaves out", async () => {
    using file = stackYaml(GOOD);
    const { active, plugins, stacks, modelNames } = await readStackFile(file.path);
    expect({ active, plugins, modelNames }).toEqual({ active: "local", plugins: [], modelNames: undefined });
    const local = { flavor: "local", config: {} };
    const defaults = { orchestrator: local, artifact_store: local, metadata_store: local };
    expect(Object.fromEntries(stacks)).toEqual({
      local: {
        ...defaults,
        experiment_tracker: { flavor: "local", config: { experiment: "e" } },
        model_registry: local,
      },
      bare: defaults,
    });
  });

  it("A16 may begin with a byte order mark and have CRLF", async () => {
    using file = stackYaml(`\uFEFF${GOOD.replaceAll("\n", "\r\n")}`);
    expect([...(await readStackFile(file.path)).stacks.keys()]).toEqual(["local", "bare"]);
  });

  it("may have tags for every run and version, whatever their keys", async () => {
    using file = stackYaml(`${GOOD}default_tags: { team: birds, "a b.c\`d": "1", constructor: "" }\n`);
    expect((await readStackFile(file.path)).defaultTags).toEqual({ team: "birds", "a b.c`d": "1", constructor: "" });
  });

  it("may say what names of models must match", async () => {
    using file = stackYaml(`${GOOD}model_names: ^[a-z]+$\n`);
    expect((await readStackFile(file.path)).modelNames).toEqual(/^[a-z]+$/u);
  });

  it("A15 may call a stack as every object calls something", async () => {
    using file = stackYaml("version: 1\nactive: constructor\nstacks: { constructor: {}, toString: {} }\n");
    expect([...(await readStackFile(file.path)).stacks.keys()]).toEqual(["constructor", "toString"]);
  });

  it("is not needed: the built-in stack has a tracker and a registry", () => {
    expect(Object.keys(builtInStackFile.stacks.get(builtInStackFile.active) ?? {}).toSorted()).toEqual(
      ["artifact_store", "experiment_tracker", "metadata_store", "model_registry", "orchestrator"].toSorted(),
    );
  });
});

describe("a file that cannot be read", () => {
  it("A01 is named, with what to write", async () => {
    await expect(readStackFile("/nowhere/stack.yaml")).rejects.toMatchObject({
      code: "STACK_FILE_NOT_FOUND",
      message: "There is no file /nowhere/stack.yaml.",
      hint: expect.stringContaining("version: 1"),
    });
  });

  it("A01 may be a folder", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "stack-file-"));
    mkdirSync(join(folder.path, "stack.yaml"));
    await expect(readStackFile(join(folder.path, "stack.yaml"))).rejects.toMatchObject({
      code: "STACK_FILE_NOT_FOUND",
      message: expect.stringContaining("stack.yaml cannot be read: EISDIR"),
      hint: expect.any(String),
    });
  });

  it.each(["", "# nothing yet\n", "null\n"])("A02 is empty: %j", async (text) => {
    const error = await refusal(text);
    expect(error).toMatchObject({
      code: "STACK_FILE_EMPTY",
      message: expect.stringMatching(/stack\.yaml is empty\.$/),
    });
    expect(error.hint).toContain("experiment_tracker: { flavor: local }");
  });

  it("A11 is larger than 1 MiB", async () => {
    using file = stackYaml("");
    truncateSync(file.path, 50 * 1024 * 1024);
    await expect(readStackFile(file.path)).rejects.toMatchObject({
      code: "STACK_FILE_TOO_LARGE",
      message: expect.stringContaining("larger than 1 MiB (52428800 bytes)"),
      hint: expect.any(String),
    });
  });
});

describe("A05 an unknown key", () => {
  it.each([
    ["at the top", GOOD.replace("stacks:", "stakcs:"), 'unknown key "stakcs"', "stacks", 3],
    ["though it leaves another one missing", GOOD.replace("active:", "actve:"), 'unknown key "actve"', "active", 2],
    [
      "in a stack",
      GOOD.replace("experiment_tracker", "experiment_trakcer"),
      'unknown key "experiment_trakcer" in stacks.local',
      "experiment_tracker",
      5,
    ],
  ])("%s is named with its line and what was meant", async (_where, text, message, meant, line) => {
    const error = await refusal(text);
    expect(error).toMatchObject({ code: "STACK_FILE_INVALID", message, location: { line } });
    expect(error.hint).toContain(`did you mean "${meant}"?`);
  });

  it("with nothing like it lists what there is", async () => {
    const error = await refusal(`${GOOD}colour: blue\n`);
    expect(error.hint).toBe(
      "Known: $schema, version, active, plugins, model_names, model_cache_limit, default_tags, require_clean, upload, stacks",
    );
  });
});

describe("A07 a value of the wrong type", () => {
  it.each([
    ["orchestrator: []", "stacks.local.orchestrator: expected a mapping, got a list", 6, "Mend this line."],
    ["orchestrator: local", 'stacks.local.orchestrator: expected a mapping, got string "local"', 6, "Mend this line."],
    ["orchestrator:", "stacks.local.orchestrator: expected a mapping, got an empty value", 6, "orchestrator: {}"],
    ["orchestrator: { flavor: [x] }", "stacks.local.orchestrator.flavor: expected text, got a list", 6, "Mend"],
    ["orchestrator: { slots: 2 }", "stacks.local.orchestrator.flavor: is missing", 6, "Add it."],
  ])("%s", async (entry, message, line, hint) => {
    const error = await refusal(`version: 1\nactive: local\nstacks:\n  bare: {}\n  local:\n    ${entry}\n`);
    expect(error).toMatchObject({ code: "STACK_FILE_INVALID", message, location: { line } });
    expect(error.hint).toContain(hint);
  });

  it.each([
    ["a list of stacks", GOOD.replace(/stacks:[^]*/, "stacks: []\n"), "stacks: expected a mapping, got a list"],
    ["plugins that are no list", `${GOOD}plugins: x\n`, 'plugins: expected a list, got string "x"'],
    ["a file that is a list", "- 1\n", "the file: expected a mapping, got a list"],
    ["a file that is a text", "hello\n", 'the file: expected a mapping, got string "hello"'],
    ["another version", GOOD.replace("version: 1", "version: 2"), "version: expected 1, got number 2"],
  ])("%s", async (_what, text, message) => {
    expect((await refusal(text)).message).toBe(message);
  });

  it("that is missing is asked for", async () => {
    const error = await refusal(GOOD.replace("version: 1\n", ""));
    expect(error.message).toBe("version: is missing");
    expect(error.hint).toContain('Add it: "version: 1".');
  });
});

describe("A22 what YAML takes for a number or a boolean", () => {
  it.each([
    ["version: 1.10", "version: expected 1, got number 1.1", "Write version: 1"],
    [
      "active: 0o17",
      "active: expected text, got number 15",
      'YAML reads it as a number. Put it in quotes: active: "0o17"',
    ],
    ["active: 1.10", "active: expected text, got number 1.1", 'active: "1.10"'],
    [
      "active: true",
      "active: expected text, got boolean true",
      'YAML reads it as a boolean. Put it in quotes: active: "true"',
    ],
  ])("%s is refused, saying what to write", async (line, message, hint) => {
    const [key = ""] = line.split(":");
    const error = await refusal(GOOD.replace(new RegExp(`^${key}:.*$`, "m"), line));
    expect(error.message).toBe(message);
    expect(error.hint).toContain(hint);
  });

  it("stays text in the names of stacks and in a flavor's keys", async () => {
    using file = stackYaml(
      "version: 1\nactive: NO\nstacks:\n  NO: { orchestrator: { flavor: NO, zone: no } }\n  1.10: {}\n",
    );
    const { stacks } = await readStackFile(file.path);
    expect([...stacks.keys()].toSorted()).toEqual(["1.10", "NO"]);
    expect(stacks.get("NO")?.orchestrator).toEqual({ flavor: "NO", config: { zone: "no" } });
  });
});

describe("stacks", () => {
  it("must have the active one", async () => {
    const error = await refusal(GOOD.replace("active: local", "active: locla"));
    expect(error).toMatchObject({
      code: "STACK_FILE_INVALID",
      message: expect.stringContaining('active: names the stack "locla", which'),
      location: { line: 2, column: 9 },
      hint: 'did you mean "local"? Stacks: local, bare',
    });
  });

  it.each([
    ["a/b", '"a/b"'],
    ['"a\\nb"', String.raw`"a\nb"`],
    ['""', '""'],
  ])("A15 must have names that can be used, not %s", async (name, shown) => {
    const error = await refusal(`${GOOD}  ${name}: {}\n`);
    expect(error).toMatchObject({ code: "STACK_FILE_INVALID", location: { line: 8, column: 3 } });
    expect(error.message).toContain(`The stack name ${shown} cannot be used`);
  });
});

describe("model_cache_limit", () => {
  it.each([
    ["", 20 * 1024 ** 3],
    ["model_cache_limit: 500 MB\n", 500_000_000],
    ["model_cache_limit: 2TiB\n", 2 * 1024 ** 4],
  ])("is 20 GiB unless the file says otherwise: %j", async (line, bytes) => {
    using file = stackYaml(`${GOOD}${line}`);
    expect((await readStackFile(file.path)).modelCacheLimit).toBe(bytes);
  });

  it.each(["500", "much", "20 GB each"])("A07 refuses %j, and says how to write it", async (size) => {
    const error = await refusal(`${GOOD}model_cache_limit: "${size}"\n`);
    expect(error).toMatchObject({
      code: "STACK_FILE_INVALID",
      message: `model_cache_limit: is not a size: "${size}"`,
      hint: "Write a number and a unit, such as 20GiB or 500 MB.",
    });
    expect(error.location?.text).toBe(`model_cache_limit: "${size}"`);
  });
});

describe("upload", () => {
  it("is read with the facts' own names as keys, and 10 MB, unless the file says otherwise", async () => {
    using file = stackYaml(`${GOOD}upload: { max_size: 1GB, keys: { commit: git.sha } }\nrequire_clean: true\n`);
    const { upload, requireClean } = await readStackFile(file.path);
    expect(upload).toMatchObject({ maxSize: 1_000_000_000, keys: { commit: "git.sha", command: "command" } });
    expect(requireClean).toBe(true);
    using bare = stackYaml(GOOD);
    expect(await readStackFile(bare.path)).toMatchObject({
      upload: { maxSize: 10_000_000, keys: { commit: "commit", generated_at: "generated_at" } },
      requireClean: false,
    });
  });

  it.each([
    ["upload: { max_size: much }", 'upload.max_size: is not a size: "much"', "20GiB"],
    ["upload: { maxsize: 1MB }", 'unknown key "maxsize" in upload', 'did you mean "max_size"'],
    ["upload: { keys: { comit: x } }", 'unknown key "comit" in upload.keys', 'did you mean "commit"'],
    ['upload: { keys: { commit: "" } }', "upload.keys.commit", "Mend this line"],
    ["require_clean: maybe", "require_clean: expected", "Mend this line"],
  ])("A05 refuses %j, and says how to write it", async (line, message, hint) => {
    const error = await refusal(`${GOOD}${line}\n`);
    expect(error).toMatchObject({ code: "STACK_FILE_INVALID", location: { text: line } });
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });
});

describe("model_names", () => {
  it("that is no regular expression is refused with its line", async () => {
    const error = await refusal(`${GOOD}model_names: "["\n`);
    expect(error).toMatchObject({ code: "STACK_FILE_INVALID", location: { line: 8, column: 14 } });
    expect(error.message).toContain("model_names: is not a regular expression");
  });
});

describe("readPluginNames", () => {
  it.each([
    [GOOD, []],
    [`${GOOD}plugins: [a, "@b/c"]\n`, ["a", "@b/c"]],
    ["\uFEFFplugins:\r\n  - a\r\n", ["a"]],
    ["plugins: [a, 3]\nunknown: key\n", ["a"]],
    ["plugins: none\n", []],
  ])("gives the plugins of a file whose rest may be wrong (%#)", async (text, names) => {
    using file = stackYaml(text);
    expect(await readPluginNames(file.path)).toEqual(names);
  });
});

describe("default_tags:", () => {
  it.each([
    ["a list", "default_tags: [a]", "default_tags: expected a mapping, got a list"],
    ["a number", "default_tags: { rate: 1.10 }", "default_tags.rate: expected text, got number 1.1"],
    ["nothing", "default_tags: { rate: }", "default_tags.rate: expected text, got an empty value"],
    ["an empty key", 'default_tags: { "": x }', 'The tag "" cannot be used: it is empty.'],
    [
      "a key of the framework",
      "default_tags: { modelstack.user: x }",
      "the tag modelstack.user is set by the framework",
    ],
  ])("is refused with %s", async (_what, line, message) => {
    expect((await refusal(`${GOOD}${line}\n`)).message).toContain(message);
  });
});

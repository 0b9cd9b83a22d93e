import { describe, expect, it } from "vitest";
import { call, json, stack } from "../support/command.ts";
import { pipelineFile, project, stackFile } from "../support/project.ts";
import { refuses, type Refusal } from "../support/refusals.ts";

const head = "version: 1\nactive: local\nstacks:\n  local:\n";

/** `stack validate` on a stack.yaml. */
function validating(name: string, yaml: string | Uint8Array, code: string, ...says: Refusal["says"]): Refusal {
  return { name, files: { "stack.yaml": yaml }, argv: ["validate"], exit: 2, code, says };
}

function concurrency(name: string, value: string, ...says: Refusal["says"]): Refusal {
  const yaml = stackFile(`    orchestrator: { flavor: local, concurrency: ${value} }\n`);
  return validating(name, yaml, "FLAVOR_CONFIG_INVALID", "stack.yaml:7:49", "orchestrator", "concurrency", ...says);
}

/** Nine levels of nine aliases each: 9^9 values. */
const aliasBomb = Array.from({ length: 9 }, (_, level) => {
  const items = Array.from({ length: 9 }, () => (level === 0 ? "x" : `*a${level - 1}`));
  return `a${level}: &a${level} [${items.join(", ")}]\n`;
}).join("");

describe("what stands in stack.yaml", () => {
  refuses(call, [
    {
      name: "A01 a stack file that is not there",
      argv: ["validate", "--stack-file", "deploy/none.yaml"],
      exit: 2,
      code: "STACK_FILE_NOT_FOUND",
      says: [/There is no file \/.*\/project\/deploy\/none\.yaml/, "leave --stack-file out", "version: 1\n"],
    },
    validating(
      "A02 an empty file",
      "",
      "STACK_FILE_EMPTY",
      "stack.yaml is empty",
      "experiment_tracker: { flavor: local }",
    ),
    validating("A02 a file of comments", "# later\n", "STACK_FILE_EMPTY", "stack.yaml is empty"),
    validating("A02 a file that says null", "null\n", "STACK_FILE_EMPTY", "stack.yaml is empty"),
    validating(
      "A03 a tab as indentation",
      "version: 1\nstacks:\n\tlocal: {}\n",
      "STACK_FILE_SYNTAX",
      "stack.yaml:3:1",
      "  3 | \tlocal: {}",
      "Indent with spaces",
    ),
    validating(
      "A04 a key that stands twice",
      `${head}    experiment_tracker: { flavor: local }\n    experiment_tracker: { flavor: local }\n`,
      "STACK_FILE_SYNTAX",
      'the key "experiment_tracker" stands in line 5 and again in line 6',
    ),
    validating(
      "A05 an unknown key is refused with a suggestion",
      `${head}    experiment_trakcer: { flavor: local }\n`,
      "STACK_FILE_INVALID",
      'unknown key "experiment_trakcer"',
      "stack.yaml:5:5",
      'did you mean "experiment_tracker"?',
    ),
    validating(
      "A06 an unknown flavor is refused with the known ones",
      `${head}    experiment_tracker: { flavor: locla }\n`,
      "FLAVOR_UNKNOWN",
      'unknown flavor "locla"',
      "stack.yaml:5:35",
      'did you mean "local"? Known: local',
    ),
    concurrency("A07 a key of the wrong type", '"80a"', "expected number", "received string"),
    validating(
      "A07 a component that is a list",
      `${head}    orchestrator: []\n`,
      "STACK_FILE_INVALID",
      "stacks.local.orchestrator: expected a mapping, got a list",
      "stack.yaml:5:19",
    ),
    concurrency("A08 a number above its range", "99999", "<=1000"),
    concurrency("A08 a negative number", "-1", ">=1"),
    concurrency("A08 a number with a fraction", "1.5", "expected int"),
    validating("A09 an alias bomb", aliasBomb, "STACK_FILE_SYNTAX", "aliases"),
    validating("A10 brackets nested 20,000 deep", `version: ${"[".repeat(20_000)}`, "STACK_FILE_SYNTAX", "levels deep"),
    validating("A11 a file of 50 MB", new Uint8Array(50_000_000), "STACK_FILE_TOO_LARGE", "larger than 1 MiB"),
    validating(
      "A12 a merge key",
      `base: &base { flavor: local }\n${head}    experiment_tracker:\n      <<: *base\n`,
      "STACK_FILE_SYNTAX",
      "merge keys (<<) are not supported",
      "stack.yaml:7:7",
      "Write the keys out",
    ),
    validating(
      "A13 an unknown tag",
      `${head}    orchestrator: !Foo { flavor: local }\n`,
      "STACK_FILE_SYNTAX",
      "!Foo",
      "stack.yaml:5:19",
    ),
    validating(
      "A13 a tag that would run code",
      `${head}    orchestrator: !!js/function "x"\n`,
      "STACK_FILE_SYNTAX",
      "js/function",
      "Tags (!…) are not supported",
    ),
    validating(
      "A14 two documents",
      `${stackFile()}---\nversion: 1\n`,
      "STACK_FILE_SYNTAX",
      "one document is expected",
      "stack.yaml:7:1",
    ),
    validating(
      "A15 a stack called __proto__",
      "version: 1\nactive: __proto__\nstacks:\n  __proto__: {}\n",
      "STACK_FILE_SYNTAX",
      "__proto__ cannot be used",
    ),
    validating(
      "A15 a component called toString",
      `${head}    toString: { flavor: local }\n`,
      "STACK_FILE_INVALID",
      'unknown key "toString"',
    ),
    validating(
      "A15 a flavor called constructor",
      `${head}    orchestrator: { flavor: constructor }\n`,
      "FLAVOR_UNKNOWN",
      'unknown flavor "constructor"',
    ),
    validating(
      "A17 an environment variable that is not set",
      stackFile('    artifact_store: { flavor: local, path: "${env:NOWHERE_TO_BE_FOUND}" }\n'),
      "ENV_MISSING",
      "NOWHERE_TO_BE_FOUND is not set",
      "stack.yaml:7:44",
      "export NOWHERE_TO_BE_FOUND=",
    ),
    {
      name: "A19 a stack that is not there, with those that are",
      files: { "stack.yaml": stackFile() },
      argv: ["runs", "list", "--stack", "locla"],
      exit: 3,
      code: "STACK_NOT_FOUND",
      says: ['no stack "locla"', 'Did you mean "local"? Stacks: local'],
    },
    validating(
      "A22 a version with a fraction",
      "version: 1.10\nactive: local\nstacks: { local: {} }\n",
      "STACK_FILE_INVALID",
      "version: expected 1, got number 1.1",
      "stack.yaml:1:10",
    ),
    validating(
      "A22 a name that YAML reads as a number",
      "version: 1\nactive: 0o17\nstacks: { 0o17: {} }\n",
      "STACK_FILE_INVALID",
      "active: expected text, got number 15",
      'Put it in quotes: active: "0o17"',
    ),
    validating(
      "A22 a name that YAML reads as false",
      "version: 1\nactive: false\nstacks: { false: {} }\n",
      "STACK_FILE_INVALID",
      "expected text, got boolean false",
      'active: "false"',
    ),
  ]);
});

describe("a stack.yaml that works", () => {
  it("A01 is not needed: the built-in stack serves, and stderr says so", async () => {
    using at = project();
    const { exit, stdout, stderr } = await call(at.folder, ["runs", "list", "--limit", "1"]);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: "no runs yet: stack run FILE\n" });
    expect(stderr).toBe(`no stack.yaml: using the built-in stack "local", state in ${at.folder}/.stack\n`);
  });

  it("A09 an alias bomb does not fit into memory, and is refused in little of it", async () => {
    using at = project({ "stack.yaml": aliasBomb });
    const { exit, stderr } = await stack(at.folder, ["validate"], { node: ["--max-old-space-size=64"] });
    expect(exit).toBe(2);
    expect(stderr).toContain("[STACK_FILE_SYNTAX]");
  });

  it("A15 may call stacks what objects have by nature", async () => {
    using at = project({
      "stack.yaml": "version: 1\nactive: constructor\nstacks: { constructor: {}, toString: {} }\n",
    });
    expect(await json(call(at.folder, ["validate", "--json"]))).toMatchObject({ stacks: ["constructor", "toString"] });
    expect({}).not.toHaveProperty("polluted");
  });

  it("A16 may have a byte order mark and line ends of Windows", async () => {
    using at = project({ "stack.yaml": `\uFEFF${stackFile().replaceAll("\n", "\r\n")}` });
    expect(await json(call(at.folder, ["validate", "--json"]))).toMatchObject({ stacks: ["local"] });
  });

  it("A20 has paths that start at its own folder, not at the working folder", async () => {
    using at = project({
      "conf/stack.yaml": stackFile("    artifact_store: { flavor: local, path: ../store }\n"),
      "conf/pipeline.ts": pipelineFile(`
        const write = step({ name: "write", outputs: { big: artifact.text() } }, () => ({ big: "x".repeat(100_000) }));
        export default pipeline({ name: "store" }, () => { write(); });`),
    });
    const argv = ["--stack-file", "conf/stack.yaml"];
    expect(await stack(at.folder, ["run", "conf/pipeline.ts", ...argv])).toMatchObject({ exit: 0 });
    expect({ beside: at.has("store"), default: at.has("conf/.stack/artifacts") }).toEqual({
      beside: true,
      default: false,
    });
    const { stdout } = await call(at.folder, ["show", ...argv]);
    expect(stdout).toMatch(/^artifact_store: +local {2}path: "\.\.\/store"$/m);
  });

  it.each(["NO", "no", "on", "1.10", "0x1f", "007"])(
    "A22 keeps a stack called %s as text where it is written as text",
    async (name) => {
      using at = project({ "stack.yaml": `version: 1\nactive: "${name}"\nstacks: { ${name}: {} }\n` });
      expect(await json(call(at.folder, ["list", "--json"]))).toMatchObject([{ name, active: true }]);
    },
  );
});

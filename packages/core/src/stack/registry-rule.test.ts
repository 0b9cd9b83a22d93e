import { describe, expect, it } from "vitest";
import { checkRegistryRule } from "./registry-rule.ts";
import { builtInStackFile, type StackEntry, type StackFile } from "./stack-file.ts";
import { YamlSource } from "./yaml-source.ts";

const component = (flavor: string) => ({ flavor, config: {} });
const file: StackFile = {
  ...builtInStackFile,
  source: YamlSource.parse(
    "stack.yaml",
    `stacks:
  team:
    experiment_tracker: { flavor: mlflow }
    model_registry:
      flavor: gitlab
`,
  ),
};
const check = (entry: StackEntry) => () => checkRegistryRule("team", entry, file);

describe("the rule of the registry", () => {
  it.each([
    ["a tracker of the same flavor", { experiment_tracker: component("git"), model_registry: component("git") }],
    ["a tracker and no registry", { experiment_tracker: component("git") }],
    ["neither", {}],
  ])("allows %s", (_what, entry) => {
    expect(check(entry)).not.toThrow();
  });

  it("refuses a registry whose tracker has another flavor, naming both, the line and both remedies", () => {
    expect(check({ experiment_tracker: component("mlflow"), model_registry: component("gitlab") })).toThrow(
      expect.objectContaining({
        code: "REGISTRY_FLAVOR_MISMATCH",
        kind: "invalid",
        message:
          'the model registry of stack "team" has flavor "gitlab", its experiment tracker "mlflow": they must be the same',
        hint: "Change model_registry to { flavor: mlflow }, or experiment_tracker to { flavor: gitlab }.",
        location: { file: "stack.yaml", line: 5, column: 15, text: "      flavor: gitlab" },
      }),
    );
  });

  it("refuses a registry without a tracker and says which one to add", () => {
    expect(check({ model_registry: component("gitlab") })).toThrow(
      expect.objectContaining({
        code: "REGISTRY_WITHOUT_TRACKER",
        message: 'stack "team" has a model registry of flavor "gitlab" but no experiment tracker',
        hint: 'Add to stack "team": experiment_tracker: { flavor: gitlab }',
        location: expect.objectContaining({ line: 5 }),
      }),
    );
  });

  it("is kept by the built-in stack", () => {
    for (const [name, entry] of builtInStackFile.stacks) {
      expect(() => checkRegistryRule(name, entry, builtInStackFile)).not.toThrow();
    }
  });
});

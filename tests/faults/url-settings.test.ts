import { describe, expect, it } from "vitest";
import { stack } from "../support/command.ts";
import { delegatingPlugin, installPlugin } from "../support/plugin.ts";
import { project, type Project } from "../support/project.ts";
import { refuses, type Refusal } from "../support/refusals.ts";

const token = "hunter2-abcdef-0123456789";

/** A project whose tracker takes the address of a server, written like this in stack.yaml. */
function withAddress(address: string): Pick<Refusal, "files" | "prepare"> {
  const yaml = `version: 1\nactive: far\nplugins: [far-flavor]\nstacks:\n  far:\n    experiment_tracker: { flavor: far, uri: ${address} }\n`;
  const plugin = delegatingPlugin("far-flavor", "far", "{ uri: httpUrl }");
  return { files: { "stack.yaml": yaml }, prepare: (at: Project) => installPlugin(at, plugin) };
}

function refused(name: string, address: string, ...says: Refusal["says"]): Refusal {
  return {
    name: `A21 ${name}`,
    ...withAddress(address),
    argv: ["validate"],
    exit: 2,
    code: "FLAVOR_CONFIG_INVALID",
    says: ['experiment_tracker of flavor "far": uri: expected a URL that begins with http', "stack.yaml:6:45", ...says],
  };
}

describe("the address of a server", () => {
  refuses(stack, [
    refused("without its colon", "http//127.0.0.1", 'got string "http//127.0.0.1"'),
    refused("with a mistyped scheme", "htp://x", 'got string "htp://x"'),
    refused("with spaces after it", '"https://example.org "', 'got string "https://example.org "'),
    refused("with a space inside", '"https://exam ple.org"', 'got string "https://exam ple.org"'),
    refused("without a host", "https://", 'got string "https://"'),
    {
      ...refused("that is another thing", "5000"),
      says: ['"far": uri: Invalid input: expected string, received number, got number 5000', "Put it in quotes"],
    },
    refused("that holds a password", "http//ada:pa/ss@127.0.0.1", 'got string "http//***@127.0.0.1"'),
    refused("that holds a token", `"htp://x?api_token=${token}"`, 'got string "htp://x?api_token=***"'),
  ]);

  it.each([
    ["http//ada:pa/ss@127.0.0.1", "pa/ss"],
    ["ada:pa/ss@127.0.0.1", "pa/ss"],
    [`"htp://x?api_token=${token}"`, token],
  ])("A21 %s is refused without its secret, wherever one looks", async (address, secret) => {
    const { files, prepare } = withAddress(address);
    using at = project(files);
    await prepare?.(at);
    for (const flags of [[], ["--json"], ["--debug"]]) {
      const { exit, stderr } = await stack(at.folder, ["validate", ...flags]);
      expect(exit).toBe(2);
      expect(stderr).not.toContain(secret);
    }
  });

  it.each(["http://127.0.0.1:5000", "https://example.org/mlflow", "HTTPS://example.org", "http://[::1]:5000"])(
    "A21 %s is taken",
    async (address) => {
      const { files, prepare } = withAddress(`"${address}"`);
      using at = project(files);
      await prepare?.(at);
      expect(await stack(at.folder, ["validate"])).toMatchObject({ exit: 0, stderr: "" });
    },
  );
});

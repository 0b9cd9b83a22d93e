import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call, succeeded } from "./support/command.ts";
import { project, stackFile } from "./support/project.ts";

describe("--verbose", () => {
  it("says on stderr which file, stack and flavors are used, and that the database was made", async () => {
    using at = project({ "stack.yaml": stackFile(), "m.txt": "m" });
    const { stdout, stderr } = await succeeded(call(at.folder, ["models", "register", "m", "m.txt", "--verbose"]));
    expect(stdout).toBe("registered m/1\n");
    const flavors = ["orchestrator", "artifact_store", "metadata_store", "experiment_tracker", "model_registry"];
    const lines = stderr.trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual([
      `note: stack.yaml: ${join(at.folder, "stack.yaml")}`,
      `note: stack local: state in ${join(at.folder, ".stack")}`,
    ]);
    expect(
      lines
        .slice(2, -1)
        .map((line) => line.replace(/\d+\.\d+\.\d+\S*$/, "X"))
        .sort(),
    ).toEqual(flavors.map((kind) => `note: ${kind}: local of @modelstack/flavor-local X`).sort());
    expect(lines.at(-1)).toBe(`note: ${join(at.folder, ".stack", "stack.db")}: made`);
  });

  it("says nothing of a database that is as it should be", async () => {
    using at = project({ "stack.yaml": stackFile(), "m.txt": "m" });
    await succeeded(call(at.folder, ["models", "register", "m", "m.txt"]));
    const { stderr } = await succeeded(call(at.folder, ["models", "list", "--verbose"]));
    expect(stderr).not.toContain("stack.db");
  });

  it("leaves stdout to the result, and stderr empty without it", async () => {
    using at = project({ "stack.yaml": stackFile() });
    const { stdout } = await succeeded(call(at.folder, ["models", "list", "--json", "--verbose"]));
    expect(JSON.parse(stdout)).toEqual([]);
    expect(await call(at.folder, ["models", "list", "--json"])).toMatchObject({ exit: 0, stderr: "" });
  });
});

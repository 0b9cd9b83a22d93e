import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithPython, pythonWith } from "./support/python.ts";

describeWithPython("a Python for tests", () => {
  it("has what the file pins, and is made once although two ask for it", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "python-"));
    const requirements = join(folder.path, "requirements.txt");
    writeFileSync(requirements, "iniconfig==2.1.0\n");
    const [python, again] = await Promise.all([pythonWith(requirements), pythonWith(requirements)]);
    expect(again).toBe(python);
    const program = "import importlib.metadata as m, sys; print(m.version('iniconfig'), sys.prefix != sys.base_prefix)";
    expect(execFileSync(python, ["-c", program], { encoding: "utf8" })).toBe("2.1.0 True\n");
  });
});

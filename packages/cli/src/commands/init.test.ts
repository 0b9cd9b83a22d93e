import { existsSync, mkdirSync, mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { capturedIo } from "../captured-io.fixture.ts";
import { packageName } from "../init/template.ts";
import { main } from "../main.ts";

function working() {
  const folder = mkdtempDisposableSync(join(tmpdir(), "stack-init-"));
  const init = async (...argv: string[]) => {
    const io = capturedIo({ cwd: folder.path });
    const exit = await main(["init", ...argv], io);
    return { exit, ...io.said };
  };
  return { path: folder.path, init, [Symbol.dispose]: () => folder.remove() };
}

const files = [
  ".gitignore",
  "README.md",
  "classifier.ts",
  "package.json",
  "penguins.json",
  "pipeline.ts",
  "predict.ts",
  "stack.yaml",
  "tsconfig.json",
];

describe("stack init", () => {
  it("writes a project into a folder that is not there yet, and says how to go on", async () => {
    using at = working();
    const { exit, stdout, stderr } = await at.init("deep/Birds of 2026");
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    const folder = join(at.path, "deep/Birds of 2026");
    expect(readdirSync(folder).sort()).toEqual(files);
    expect(stdout).toContain("\n  cd 'deep/Birds of 2026' && npm install\n  npx modelstack run pipeline.ts\n");
    expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).toMatchObject({
      name: "birds-of-2026",
      dependencies: { modelstack: expect.stringMatching(/^\^\d/), zod: expect.stringMatching(/^\^4/) },
      allowScripts: { node: true },
    });
  });

  it("writes into the working folder, and leaves what else is there", async () => {
    using at = working();
    writeFileSync(join(at.path, "notes.txt"), "mine");
    const { exit, stdout } = await at.init();
    expect(exit).toBe(0);
    expect(stdout).toContain("\n  npm install\n");
    expect(readdirSync(at.path).sort()).toEqual([...files, "notes.txt"].sort());
    expect(readFileSync(join(at.path, "notes.txt"), "utf8")).toBe("mine");
  });

  it("writes nothing where files would be overwritten, and names them", async () => {
    using at = working();
    writeFileSync(join(at.path, "README.md"), "mine");
    mkdirSync(join(at.path, "pipeline.ts"));
    const { exit, stdout, stderr } = await at.init();
    expect({ exit, stdout }).toEqual({ exit: 5, stdout: "" });
    expect(stderr).toBe(
      `error: ${at.path} has README.md, pipeline.ts already. [FILE_EXISTS]\n` +
        "help: Nothing was written. Name an empty folder, or one that is not there yet: stack init penguins\n",
    );
    expect(readdirSync(at.path).sort()).toEqual(["README.md", "pipeline.ts"]);
    expect(readFileSync(join(at.path, "README.md"), "utf8")).toBe("mine");
  });

  it("only adds what is missing when it is called again", async () => {
    using at = working();
    await at.init();
    const predict = join(at.path, "predict.ts");
    const before = readFileSync(predict, "utf8");
    writeFileSync(predict, before);
    expect((await at.init()).stdout).toMatch(/^wrote to .*: nothing: all files are there\n/);
    expect(readFileSync(predict, "utf8")).toBe(before);
  });

  it("--dry-run lists the files, and writes none", async () => {
    using at = working();
    const { exit, stdout } = await at.init("birds", "--dry-run", "--json");
    expect(exit).toBe(0);
    const listed = JSON.parse(stdout) as { files: string[]; commands: string[] };
    expect(listed.files.toSorted()).toEqual(files);
    expect(listed).toMatchObject({ folder: join(at.path, "birds"), template: "ts-penguins", dryRun: true });
    expect(listed.commands).toHaveLength(3);
    expect(existsSync(join(at.path, "birds"))).toBe(false);
  });

  it("refuses a template that there is not, with those that there are", async () => {
    using at = working();
    const { exit, stderr } = await at.init("--template", "py-penguins");
    expect(exit).toBe(2);
    expect(stderr).toContain("It is one of: ts-penguins.");
    expect(readdirSync(at.path)).toEqual([]);
  });

  it("refuses a folder that is a file", async () => {
    using at = working();
    writeFileSync(join(at.path, "birds"), "mine");
    const { exit, stderr } = await at.init("birds");
    expect(exit).toBe(2);
    expect(stderr).toContain("birds cannot be written: ");
    expect(stderr).toContain("[FILE_UNWRITABLE]");
  });
});

describe("the name of a new package", () => {
  it.each([
    ["/home/ada/penguins", "penguins"],
    ["/home/ada/Größe & Form", "gro-e-form"],
    ["/home/ada/.hidden", "hidden"],
    ["/home/ada/鳥", "my-project"],
    ["/", "my-project"],
  ])("of the folder %s is %s", (folder, name) => {
    expect(packageName(folder)).toBe(name);
  });
});

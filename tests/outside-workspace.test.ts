import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packedProject, runIn, userEnvironment } from "./support/packed-project.ts";

const pipeline = `import { artifact, pipeline, registerModelStep, step } from "modelstack";
import { z } from "zod";

const train = step(
  { name: "train", params: z.object({ slope: z.number() }), outputs: { model: artifact.file() } },
  ({ slope }, { file, tracker }) => {
    tracker.logMetric("loss", 1 / slope);
    return { model: file("line.json", JSON.stringify({ slope })) };
  },
);

export default pipeline({ name: "line", params: z.object({ slope: z.number().default(2) }) }, ({ slope }) => {
  const { model } = train({ slope });
  return registerModelStep({ name: "line", model });
});
`;

interface Version {
  readonly modelDigest: string;
  readonly tags: Record<string, string>;
  readonly metrics: Record<string, number>;
  readonly reproduce: { readonly commands: readonly string[]; readonly caveat?: string };
}

describe("a project made by npm init -y, with the packed packages", () => {
  let project: ReturnType<typeof packedProject>;

  // What the packages depend on comes from a registry, in its own time.
  beforeAll(() => {
    project = packedProject();
    const { folder } = project;
    writeFileSync(join(folder, "pipeline.ts"), pipeline);
    writeFileSync(join(folder, ".gitignore"), "node_modules/\n");
    runIn(folder, "git", "init", "--quiet");
    runIn(folder, "git", "add", "--all");
    runIn(
      folder,
      "git",
      "-c",
      "user.name=t",
      "-c",
      "user.email=t@example.org",
      "commit",
      "--quiet",
      "--message",
      "first",
    );
    runIn(folder, "npx", "modelstack", "run", "pipeline.ts", "--param", "slope=3");
  }, 300_000);
  afterAll(() => project[Symbol.dispose]());

  const show = (folder: string): Version =>
    JSON.parse(runIn(folder, "npx", "modelstack", "models", "show", "line/1", "--json")) as Version;

  it("runs a pipeline.ts although its package.json does not say that it is a module", () => {
    expect(readFileSync(join(project.folder, "package.json"), "utf8")).toContain('"type": "commonjs"');
    expect(show(project.folder).metrics).toEqual({ loss: 1 / 3 });
  });

  it("keeps its state out of git", () => {
    expect(runIn(project.folder, "git", "status", "--porcelain")).toBe("");
    expect(show(project.folder).tags["modelstack.git_dirty"]).toBe("false");
  });

  it("makes the same model again in a clean clone with the commands that models show ends with", () => {
    const { modelDigest, reproduce } = show(project.folder);
    const clone = join(project.folder, "..", "again");
    runIn(project.folder, "git", "clone", "--quiet", project.folder, clone);
    expect(reproduce.caveat).toBeUndefined();
    execFileSync("sh", ["-e", "-c", reproduce.commands.join("\n")], {
      cwd: clone,
      env: userEnvironment,
      stdio: "pipe",
    });
    expect(show(clone).modelDigest).toBe(modelDigest);
  });

  it("has one copy of core for the command, the pipeline and the flavor", () => {
    const second = join(project.folder, "second.mjs");
    const core = join(project.folder, "node_modules/@modelstack/core");
    cpSync(join(core, "dist"), join(core, "copy"), { recursive: true });
    writeFileSync(second, 'await import("modelstack"); await import("./node_modules/@modelstack/core/copy/index.js");');
    expect(() => runIn(project.folder, process.execPath, second)).toThrow(/Two copies of @modelstack\/core/);
  });
});

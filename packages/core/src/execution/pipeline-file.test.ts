import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempDisposableSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

// How Node imports a file is what this is about, so each test has a Node of its own.

const source = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
const FIND = `
import { findPipeline } from ${source("./pipeline-file.ts")};
const [project, file, name] = process.argv.slice(2);
try {
  const { pipeline, entry } = await findPipeline(file, project, name);
  console.log(JSON.stringify({ pipeline: pipeline.name, entry }));
} catch ({ code, kind, message, hint, location }) {
  console.log(JSON.stringify({ code, kind, message, hint, location }));
}
`;
const IMPORT = `import { pipeline } from ${source("../pipeline/pipeline.ts")};\n`;

/** Looks for a pipeline in `train.ts` of a project with these files. `found.at` is the project's folder. */
function find(files: Readonly<Record<string, string>>, options: { file?: string; name?: string } = {}) {
  using folder = mkdtempDisposableSync(join(realpathSync(tmpdir()), "pipeline-file-"));
  const at = join(folder.path, "project");
  for (const [name, text] of Object.entries({ "package.json": '{"type":"commonjs"}', ...files })) {
    mkdirSync(dirname(join(at, name)), { recursive: true });
    writeFileSync(join(at, name), text);
  }
  writeFileSync(join(folder.path, "find.mjs"), FIND);
  const args = [
    join(folder.path, "find.mjs"),
    at,
    join(at, options.file ?? "train.ts"),
    ...(options.name ? [options.name] : []),
  ];
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@modelstack/source", ...args], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return { ...(JSON.parse(stdout) as Record<string, unknown>), at };
}

describe("a pipeline is found", () => {
  it("as the default export, though npm init made the package CommonJS", () => {
    const text = `${IMPORT}type Rows = number[];\nexport const rows: Rows = [];\nexport default pipeline({ name: "p" }, () => {});\n`;
    expect(find({ "train.ts": text })).toMatchObject({
      pipeline: "p",
      entry: { module: "train.ts", export: "default" },
    });
  });

  it("as the only one, with the address under which another process finds it", () => {
    const text = `${IMPORT}export const other = 1;\nexport const mine = pipeline({ name: "p" }, () => {});\n`;
    expect(find({ "src/ml/train.ts": text }, { file: "src/ml/train.ts" })).toMatchObject({
      entry: { module: "src/ml/train.ts", export: "mine" },
    });
  });

  it("as one, when it is exported under two names", () => {
    const text = `${IMPORT}export const mine = pipeline({ name: "p" }, () => {});\nexport default mine;\n`;
    expect(find({ "train.ts": text })).toMatchObject({ entry: { export: "default" } });
  });

  it("by the name that is asked for", () => {
    const text = `${IMPORT}export const a = pipeline({ name: "pa" }, () => {});\nexport const b = pipeline({ name: "pb" }, () => {});\n`;
    expect(find({ "train.ts": text }, { name: "b" })).toMatchObject({ pipeline: "pb", entry: { export: "b" } });
  });
});

describe("B17 no pipeline is found", () => {
  it("when the file exports none, listing what it exports", () => {
    expect(find({ "train.ts": "export const rows = 1;\nexport function go() {}\n" })).toMatchObject({
      code: "PIPELINE_NOT_FOUND",
      kind: "invalid",
      message: expect.stringMatching(/train\.ts exports no pipeline\. It exports: go, rows\.$/),
      hint: expect.stringContaining("export default pipeline("),
    });
  });

  it("when the file exports two, listing them and how to choose", () => {
    const text = `${IMPORT}export const a = pipeline({ name: "pa" }, () => {});\nexport const b = pipeline({ name: "pb" }, () => {});\n`;
    expect(find({ "train.ts": text })).toMatchObject({
      code: "PIPELINE_NOT_FOUND",
      message: expect.stringMatching(/train\.ts exports 2 pipelines: a, b\.$/),
      hint: "Choose one: --export a",
    });
  });

  it("when the one that is asked for is not exported", () => {
    const text = `${IMPORT}export const a = pipeline({ name: "pa" }, () => {});\n`;
    expect(find({ "train.ts": text }, { name: "b" })).toMatchObject({
      code: "PIPELINE_NOT_FOUND",
      message: expect.stringContaining('exports no pipeline called "b"'),
      hint: "Its pipelines: a.",
    });
  });

  it("when there is no such file", () => {
    expect(find({}, { file: "gone.ts" })).toMatchObject({
      code: "FILE_NOT_FOUND",
      kind: "not-found",
      hint: expect.any(String),
    });
  });
});

describe("B16 a file that cannot be imported is refused with file and line", () => {
  const place = (at: string, line: number, text: string) => ({ file: join(at, "train.ts"), line, text });

  it("for an error in its syntax", () => {
    const found = find({ "train.ts": "const a = 1;\nconst b = = 2;\n" });
    expect(found).toMatchObject({
      code: "PIPELINE_FILE_INVALID",
      kind: "invalid",
      location: place(found.at, 2, "const b = = 2;"),
      hint: expect.any(String),
    });
  });

  it("for TypeScript that cannot be stripped, with the remedy", () => {
    const found = find({ "train.ts": "export const a = 1;\nenum Colour { Red }\n" });
    expect(found).toMatchObject({
      code: "PIPELINE_FILE_INVALID",
      message: expect.stringContaining("enum"),
      location: place(found.at, 2, "enum Colour { Red }"),
      hint: expect.stringContaining("--import tsx"),
    });
  });

  it("for an error in a file that it imports", () => {
    const found = find({ "train.ts": 'import "./more.ts";\n', "more.ts": "\n\nlet let = 1;\n" });
    expect(found).toMatchObject({
      code: "PIPELINE_FILE_INVALID",
      location: { file: join(found.at, "more.ts"), line: 3, text: "let let = 1;" },
    });
  });

  it("for what it throws", () => {
    const found = find({ "train.ts": "export const a = 1;\nthrow new Error('no data');\n" });
    expect(found).toMatchObject({
      code: "PIPELINE_FILE_INVALID",
      message: expect.stringContaining("failed while it was imported: no data"),
      location: place(found.at, 2, "throw new Error('no data');"),
    });
  });

  it("for a pipeline that cannot be described, with its own code", () => {
    expect(find({ "train.ts": `${IMPORT}export default pipeline({ name: "a b" }, () => {});\n` })).toMatchObject({
      code: "NAME_INVALID",
    });
  });

  it.each([
    ["an import without its extension", 'import "./more";\n', "Write the extension"],
    ["a path alias", 'import "@/more";\n', "Path aliases"],
    ["a package that is not installed", 'import "not-there";\n', "Is it installed"],
  ])("for %s, with the remedy", (_what, text, hint) => {
    expect(find({ "train.ts": text, "more.ts": "export {};\n" })).toMatchObject({
      code: "PIPELINE_FILE_INVALID",
      message: expect.stringMatching(/train\.ts imports .*, which cannot be found\.$/),
      hint: expect.stringContaining(hint),
    });
  });

  it("for a file outside the project", () => {
    const outside = {
      "../train.ts": `${IMPORT}export default pipeline({ name: "p" }, () => {});\n`,
      "../package.json": "{}",
    };
    expect(find(outside, { file: "../train.ts" })).toMatchObject({
      code: "PIPELINE_FILE_INVALID",
      message: expect.stringContaining("lies outside the project"),
      hint: expect.any(String),
    });
  });
});

import { execFile } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithMlflow } from "../../../tests/support/mlflow.ts";
import { blocksOf, compared } from "../../../tests/support/markdown.ts";
import { temporaryFolder } from "../../../tests/support/kept.ts";

// The files of README.md are run one after the other, as a reader would, with the built package.

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..", "..");
const blocks = blocksOf(readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8"));
const files = blocks.flatMap((block, i) => {
  const [name] = block.words;
  return block.language === "ts" && name !== undefined
    ? [{ name, text: block.text, shown: blocks[i + 1]?.text ?? "" }]
    : [];
});

describeWithMlflow(
  "README.md",
  (url) => {
    const { path: folder, ...kept } = temporaryFolder("modelstack-mlflow-readme");
    afterAll(() => kept[Symbol.dispose]());

    beforeAll(() => {
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
      for (const { name, text } of files) writeFileSync(join(folder, name), `${text}\n`);
    });

    it.each(files)("$name prints what is shown", async ({ name, shown }) => {
      const env = { ...process.env, MLFLOW_TRACKING_URI: url };
      const { stdout } = await run(process.execPath, [name], { cwd: folder, env });
      const both = compared(stdout, shown);
      expect(both.printed).toBe(both.shown);
    });

    it("shows code whose types are right", async () => {
      const compilerOptions = { noEmit: true, composite: false, declaration: false, declarationMap: false };
      const config = { extends: join(root, "tsconfig.base.json"), compilerOptions, include: ["*.ts"] };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
      const tsc = join(root, "node_modules", ".bin", "tsc");
      const { stdout } = await run(tsc, ["-p", folder, "--pretty", "false"]).catch(
        (error: unknown) => error as { stdout: string },
      );
      expect(stdout).toBe("");
    });
  },
  ["3.17.2"],
);

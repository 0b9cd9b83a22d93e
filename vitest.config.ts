import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { plantedVariables } from "./tests/support/planted.ts";

// Tests run the source of the workspace's packages, so that a failing line is a line somebody wrote.
const conditions = ["@modelstack/source", "node", "import", "module", "default"];

// What tests leave behind lies here until the last one has looked through it.
const kept = mkdtempSync(join(realpathSync(tmpdir()), "modelstack-kept-"));
// Vite listens once for each project.
process.setMaxListeners(20);
process.once("exit", () => rmSync(kept, { recursive: true, force: true }));

interface Special {
  readonly exclude?: readonly string[];
  /** What is started once for all files of the project. */
  readonly globalSetup?: string;
}

const project = (name: string, root: string, groupOrder: number, { exclude = [], globalSetup }: Special = {}) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root,
    include: ["**/*.test.ts"],
    ...(globalSetup === undefined ? {} : { globalSetup: join(import.meta.dirname, globalSetup) }),
    exclude: ["**/node_modules/**", "**/dist/**", ...exclude],
    env: { KEEP_TEST_STATE_IN: kept, ...plantedVariables },
    // Not 0: on machines that run one file at a time, vitest takes that group last.
    sequence: { groupOrder },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    // CI counts from the report; see .ci/run.
    reporters:
      process.env["CI"] === "true" ? ["default", ["json", { outputFile: ".cache/test-report.json" }]] : ["default"],
    // Tests wait for programs and servers most of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project("core", "packages/core", 1),
      project("mlflow-client", "packages/mlflow-client", 1, { globalSetup: "tests/support/mlflow-servers.setup.ts" }),
      project("gitlab-double", "packages/gitlab-double", 1),
      project("flavor-local", "packages/flavor-local", 1),
      project("flavor-mlflow", "packages/flavor-mlflow", 1, { globalSetup: "tests/support/mlflow-servers.setup.ts" }),
      project("flavor-gitlab", "packages/flavor-gitlab", 1),
      project("cli", "packages/cli", 1),
      project("examples", "examples", 1),
      project("tests", "tests", 1, { exclude: ["after/**", "mlflow/**"] }),
      project("mlflow", "tests/mlflow", 1, { globalSetup: "tests/support/mlflow-servers.setup.ts" }),
      project("after", "tests/after", 2),
    ],
  },
});

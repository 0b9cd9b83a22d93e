import { defineConfig } from "vitest/config";

// Tests run the source of the workspace's packages, so that a failing line is a line somebody wrote.
const conditions = ["@modelstack/source", "node", "import", "module", "default"];

export default defineConfig({
  test: {
    // CI counts from the report; see .ci/run.
    reporters:
      process.env["CI"] === "true" ? ["default", ["json", { outputFile: ".cache/test-report.json" }]] : ["default"],
    projects: ["packages/core", "packages/flavor-local", "packages/cli", "examples", "tests"].map((root) => ({
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: {
        name: root.replace("packages/", ""),
        root,
        include: ["**/*.test.ts"],
        exclude: ["**/node_modules/**", "**/dist/**"],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      },
    })),
  },
});

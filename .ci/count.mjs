// Prints `N passed, N failed, N skipped` from vitest's report. No report, or one in which nothing ran, is a failure.
import { readFileSync } from "node:fs";

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);
// A file that fails to load has no failed test in it.
const failed = Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0);
console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
process.exitCode = numPassedTests === 0 || failed > 0 ? 1 : 0;

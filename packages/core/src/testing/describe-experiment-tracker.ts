import { describe, type TestOptions } from "vitest";
import { environmentTests } from "./experiment-tracker/environment.ts";
import { experimentTests } from "./experiment-tracker/experiments.ts";
import { fileTests } from "./experiment-tracker/files.ts";
import { trackerSuite, type ExperimentTrackerFixture } from "./experiment-tracker/fixture.ts";
import { metricTests } from "./experiment-tracker/metrics.ts";
import { paramTests } from "./experiment-tracker/params.ts";
import { runTests } from "./experiment-tracker/runs.ts";
import { searchTests } from "./experiment-tracker/search.ts";
import { describeHealth } from "./health.ts";
import { describeParts } from "./tools.ts";

/**
 * Every experiment tracker must pass this suite. Call it from the flavor's own test file; `open` gives an empty tracker each time.
 * What the capabilities exclude must fail as UNSUPPORTED.
 */
export function describeExperimentTracker(
  name: string,
  open: () => Promise<ExperimentTrackerFixture>,
  options: TestOptions = {},
): void {
  describe(`experiment tracker ${name}`, options, async () => {
    describeParts(await trackerSuite(open), {
      experiments: experimentTests,
      runs: runTests,
      "params, tags and inputs": paramTests,
      metrics: metricTests,
      search: searchTests,
      files: fileTests,
      environment: environmentTests,
    });
    await describeHealth(async () => {
      const { tracker: component, dispose } = await open();
      return { component, dispose };
    });
  });
}

import { test, type TestAPI } from "vitest";
import type {
  ExperimentTracker,
  ExperimentTrackerCapabilities,
  MetricPoint,
  TrackedRun,
} from "../../components/experiment-tracker.ts";
import { by } from "../tools.ts";

/** An empty experiment tracker for one test. */
export interface ExperimentTrackerFixture {
  readonly tracker: ExperimentTracker;
  /** Opens what is stored once more, as another process would. Without it, nothing is tested of what stays. */
  readonly reopen?: () => Promise<ExperimentTracker>;
  readonly dispose?: () => Promise<void> | void;
}

/** What each test of the suite is given. */
export interface TrackerTools {
  readonly fixture: ExperimentTrackerFixture;
  readonly tracker: ExperimentTracker;
  /** Starts a run of the experiment `churn`. */
  readonly start: (given?: Partial<Parameters<ExperimentTracker["startRun"]>[0]>) => Promise<TrackedRun>;
}

/** What the parts of the suite need to know to register their tests. */
export interface TrackerSuite {
  readonly it: TestAPI<TrackerTools>;
  readonly capabilities: ExperimentTrackerCapabilities;
  /** The tracker keeps an experiment for each model. */
  readonly modelExperiments: boolean;
  /** The fixture can be opened again. */
  readonly reopens: boolean;
}

/** Opens the tracker once to see what it offers: what it does not is not tested, and not listed as skipped either. */
export async function trackerSuite(open: () => Promise<ExperimentTrackerFixture>): Promise<TrackerSuite> {
  const { tracker, reopen, dispose } = await open();
  await dispose?.();
  return {
    it: trackerTest(open),
    capabilities: tracker.capabilities,
    modelExperiments: tracker.experimentOfModel !== undefined,
    reopens: reopen !== undefined,
  };
}

function trackerTest(open: () => Promise<ExperimentTrackerFixture>): TestAPI<TrackerTools> {
  return test.extend<TrackerTools>({
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs
    fixture: async ({}, use) => {
      const fixture = await open();
      await use(fixture);
      await fixture.dispose?.();
    },
    tracker: async ({ fixture }, use) => use(fixture.tracker),
    start: async ({ tracker }, use) =>
      use((given = {}) => tracker.startRun({ experiment: "churn", name: "train", ...given }, by)),
  });
}

/** A moment, in milliseconds since another one that is the same in every test. */
export function moment(milliseconds: number): Date {
  return new Date(Date.UTC(2024, 1, 29, 12) + milliseconds);
}

/** A point of the metric `loss`. */
export function point(value: number, step = 0, at = 0, key = "loss"): MetricPoint {
  return { key, value, step, at: moment(at) };
}

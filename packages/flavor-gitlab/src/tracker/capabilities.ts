import type { ExperimentTrackerCapabilities } from "@modelstack/core/stack";

/** What GitLab keeps. */
export const trackerCapabilities: ExperimentTrackerCapabilities = {
  nonFiniteMetrics: false,
  repeatedPoints: false,
  nestedRuns: true,
  limits: { key: 250, paramValue: 250, tagValue: 5000 },
};

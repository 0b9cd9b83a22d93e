import type { ExperimentTrackerCapabilities } from "@modelstack/core/stack";

/** What GitLab keeps. Of a key of 250 characters 20 are for the tag that has a changed value. */
export const trackerCapabilities: ExperimentTrackerCapabilities = {
  nonFiniteMetrics: true,
  repeatedPoints: false,
  nestedRuns: true,
  limits: { key: 230, paramValue: 250, tagValue: 5000 },
};

import type { ExperimentTrackerCapabilities } from "@modelstack/core/stack";

/** What MLflow's SQL stores keep, whatever the version. */
export const trackerCapabilities: ExperimentTrackerCapabilities = {
  nonFiniteMetrics: "clamped",
  repeatedPoints: false,
  nestedRuns: true,
  limits: { key: 250, paramValue: 6000, tagValue: 8000 },
};

import type { MetricPoint } from "../components/experiment-tracker.ts";

/** Points by step, then time, then value, as trackers without the capability `repeatedPoints` give them. */
export function inOrder(points: readonly MetricPoint[]): MetricPoint[] {
  return points.toSorted((a, b) => a.step - b.step || a.at.getTime() - b.at.getTime() || byValue(a.value, b.value));
}

/** NaN first: it is the last point of a metric only where there is no number. */
function byValue(one: number, other: number): number {
  if (Number.isNaN(one) || Number.isNaN(other)) return Number(Number.isNaN(other)) - Number(Number.isNaN(one));
  return one - other;
}

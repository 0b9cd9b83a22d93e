import type { MetricPoint, MetricSummary } from "./experiment-tracker.ts";

/** What a metric's summary becomes with one more point, logged after the others. */
export function addPoint(summary: MetricSummary | undefined, point: MetricPoint): MetricSummary {
  if (summary === undefined)
    return { last: point, ...(Number.isNaN(point.value) ? {} : { min: point, max: point }), count: 1 };
  const { last, min, max, count } = summary;
  const extremes = Number.isNaN(point.value)
    ? { ...(min && { min }), ...(max && { max }) }
    : { min: beats(point, min, -1) ? point : min!, max: beats(point, max, 1) ? point : max! };
  return { last: isEarlier(point, last) ? last : point, ...extremes, count: count + 1 };
}

/** Whether a point is the new extreme: further in the direction of `sign`, or as far and reached earlier. */
function beats(point: MetricPoint, extreme: MetricPoint | undefined, sign: -1 | 1): boolean {
  if (extreme === undefined) return true;
  return point.value === extreme.value ? isEarlier(point, extreme) : sign * point.value > sign * extreme.value;
}

function isEarlier(one: MetricPoint, other: MetricPoint): boolean {
  return one.step === other.step ? one.at < other.at : one.step < other.step;
}

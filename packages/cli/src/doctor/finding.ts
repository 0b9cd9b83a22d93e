import { failedCheck, isStackError, type HealthCheck } from "@modelstack/core/stack";
import { place } from "../render/error.ts";

/** A line of the report. */
export type Finding = HealthCheck;

export function ok(name: string, message: string): Finding {
  return { name, status: "ok", message };
}

export function warn(name: string, message: string, fix: string): Finding {
  return { name, status: "warn", message, fix };
}

/** What an error says, with its place. */
export function failed(name: string, error: unknown): Finding {
  const check = failedCheck(name, error);
  const location = isStackError(error) ? error.location : undefined;
  if (location?.line === undefined) return check;
  return { ...check, message: `${check.message} in ${place(location)}` };
}

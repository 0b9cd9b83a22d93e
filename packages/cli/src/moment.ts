import { StackError } from "@modelstack/core/base";
import { z } from "zod";

const date = z.iso.date();
const options = { offset: true, local: true };
// Without a precision, seconds must stand where there is a zone.
const dateTime = z.union([z.iso.datetime(options), z.iso.datetime({ ...options, precision: -1 })]);
const ZONE = /(?:z|[+-]\d\d:?\d\d)$/i;

/**
 * The moment that an ISO 8601 date or date-time names: a date its first moment, and in UTC unless a zone is given.
 *
 * @throws StackError USAGE
 */
export function parseMoment(text: string): Date {
  if (date.safeParse(text).success) return new Date(`${text}T00:00:00Z`);
  if (dateTime.safeParse(text).success) return new Date(ZONE.test(text) ? text : `${text}Z`);
  throw new StackError(
    "USAGE",
    `expected a date or a time as 2026-11-21 or 2026-11-21T09:30, got ${JSON.stringify(text)}`,
    {
      hint: "It is read in UTC; write 2026-11-21T09:30+02:00 for another zone.",
    },
  );
}

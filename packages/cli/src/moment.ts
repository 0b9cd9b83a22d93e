import { momentOf, StackError } from "@modelstack/core";

/** The moment that a date or time names, as {@link momentOf} reads it. @throws StackError USAGE */
export function parseMoment(text: string): Date {
  const moment = momentOf(text);
  if (moment !== undefined) return moment;
  throw new StackError(
    "USAGE",
    `expected a date or a time as 2026-11-21 or 2026-11-21T09:30, got ${JSON.stringify(text)}`,
    {
      hint: "It is read in UTC; write 2026-11-21T09:30+02:00 for another zone.",
    },
  );
}

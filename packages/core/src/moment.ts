import { z } from "zod";

const date = z.iso.date();
const options = { offset: true, local: true };
// Without a precision, seconds must stand where there is a zone.
const dateTime = z.union([z.iso.datetime(options), z.iso.datetime({ ...options, precision: -1 })]);
const ZONE = /(?:z|[+-]\d\d:?\d\d)$/i;

/**
 * The moment that an ISO 8601 date or date-time names: a date its first moment, and in UTC unless a zone is given; `undefined` for other
 * text.
 */
export function momentOf(text: string): Date | undefined {
  if (date.safeParse(text).success) return new Date(`${text}T00:00:00Z`);
  return dateTime.safeParse(text).success ? new Date(ZONE.test(text) ? text : `${text}Z`) : undefined;
}

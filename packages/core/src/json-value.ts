import { z } from "zod";
import { isJson, type Json } from "./json.ts";

/** Any JSON value, as it is: `z.json()` and `z.record()` leave out keys called `__proto__`. */
export const jsonValue: z.ZodType<Json> = z.custom<Json>(isJson, "expected a JSON value");

/** Texts by key, whatever the keys. */
export const textRecord: z.ZodType<Readonly<Record<string, string>>> = z.custom<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string"),
  "expected texts by key",
);

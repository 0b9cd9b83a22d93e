import { z } from "zod";

// How MLflow writes values as JSON. A codec decodes what came over the wire, and encodes what goes there.

const digits = z.string().regex(/^-?\d+$/);

/**
 * A 64-bit integer. MLflow writes a number, protobuf's own JSON (and GitLab) a string of digits; both are read, a number is written. One
 * that a number cannot hold exactly is refused rather than rounded.
 */
export const int64 = z.codec(z.union([z.int(), digits]), z.int(), {
  decode: Number,
  encode: (value) => value,
});

const anyNumber = z.custom<number>((value) => typeof value === "number", { error: "Invalid input: expected number" });
const wireDouble = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]), z.string().regex(/^[-+.\deE]+$/)]);

/** A double, with NaN and the infinities, which JSON has no numbers for: they are written as texts, as protobuf does. */
export const double = z.codec(wireDouble, anyNumber, {
  decode: Number,
  encode: (value) => (Number.isFinite(value) ? value : (String(value) as "NaN")),
});

/** A text that is left out when it is empty. */
export const text = z.string().default("");

/** A list that is left out when it is empty. */
export const list = <T extends z.ZodType>(item: T) => z.array(item).default([]);

/** The answer of calls that give nothing: `{}`. */
export const nothing = z.object({});

/** A tag, a parameter: what MLflow keeps as key and value. */
export const keyValue = z.object({ key: z.string(), value: text });

/** A tag, a parameter: what MLflow keeps as key and value. */
export type KeyValue = z.output<typeof keyValue>;

/** What all answers that come in pages end with: the token of the next page, empty on the last one. */
export const nextPage = { next_page_token: text };

/** What all requests for pages take. */
export const page = {
  /** How many at most. The server has its own limit and default. */
  max_results: z.int().optional(),
  /** From the answer before. It means something to the server only. */
  page_token: z.string().optional(),
};

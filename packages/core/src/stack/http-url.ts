import { z } from "zod";

/**
 * The schema of a flavor's setting that holds the address of a server: `http://…` or `https://…`, without white space anywhere. It is given
 * back as it is written. One that is refused is shown without user, password and secrets.
 */
export const httpUrl = z
  .string()
  .refine((text) => /^https?:\/\/\S+$/i.test(text) && URL.canParse(text), {
    error: "expected a URL that begins with http:// or https:// and has no spaces",
  })
  .meta({ format: "uri" });

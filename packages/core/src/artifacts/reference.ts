import { z } from "zod";
import { isDigest, type Digest } from "../digest.ts";
import { canonicalJson } from "../json.ts";
import { hasControlCharacters, printable } from "../names.ts";
import { maskSecrets } from "../secrets.ts";
import type { ArtifactOptions, ArtifactType } from "./artifact-type.ts";
import { issuesOf } from "./json-type.ts";
import { invalid, packText, textOf } from "./packed.ts";

/** Data that stays where it is, by its address and, if known, its sha256. Made by {@link reference}. */
export interface Reference {
  /** A URI, or a path relative to the project folder. */
  readonly uri: string;
  readonly digest?: Digest;
}

/** What the artifact type of references is called. */
export const REFERENCE_KIND = "reference";

/** Longer addresses are not addresses. In characters. */
const LONGEST = 4000;
// What signed addresses call their signature, which is as good as a password while it lasts.
const SIGNATURE = /[?&][^=&]*(?:signature|\bsig)=/i;

/**
 * Data that must not be copied: too large, or somebody else's. It is stored, shown and part of the lineage, so it must not hold a secret.
 *
 * ```ts
 * reference("/data/images.tar", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
 * ```
 *
 * @throws StackError ARTIFACT_INVALID
 */
export function reference(uri: string, digest?: string): Reference {
  if (typeof uri !== "string" || uri.trim() === "") throw invalid("a reference needs the address of its data");
  const shown = printable(maskSecrets(uri));
  if (uri.length > LONGEST) throw invalid(`the address ${shown} is longer than ${LONGEST} characters`);
  if (hasControlCharacters(uri)) throw invalid(`the address ${shown} holds control characters`);
  if (maskSecrets(uri) !== uri || SIGNATURE.test(uri)) {
    throw invalid(
      `the address ${shown.replace(/\?.*/, "?***")} holds a password, token or signature, and it would be stored`,
      {
        hint: "Leave it out. A fetcher of a plugin can take it from the environment when the data is fetched.",
      },
    );
  }
  const scheme = schemeOf(uri);
  if (scheme !== undefined && scheme !== "file" && !URL.canParse(uri)) throw invalid(`${shown} is not a URI`);
  if (digest === undefined) return { uri };
  if (!isDigest(digest))
    throw invalid(`${printable(digest)} is not a digest`, { hint: "It is sha256: and 64 hexadecimal digits." });
  return { uri, digest };
}

/** `https` of `https://…`; `undefined` for a path. A single letter is a drive of Windows. */
export function schemeOf(uri: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
}

const stored = z.strictObject({ uri: z.string(), digest: z.string().optional() });

/** A {@link reference}: only the address and the digest are stored. `context.fetch` gives the data. */
export function referenceType(options: ArtifactOptions = {}): ArtifactType<Reference, typeof REFERENCE_KIND> {
  return {
    kind: REFERENCE_KIND,
    form: "bytes",
    extension: ".json",
    ...options,
    pack: (value) => packText(canonicalJson(reference(value?.uri, value?.digest))),
    unpack: (packed) => parseReference(textOf(packed)),
  };
}

/** @throws StackError ARTIFACT_INVALID */
export function parseReference(text: string): Reference {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw invalid("the content is not JSON", { cause });
  }
  const { data, error } = stored.safeParse(content);
  if (error !== undefined) throw invalid(`the content is not a reference: ${issuesOf(error)}`, { cause: error });
  return reference(data.uri, data.digest);
}

import { directory, file } from "./file-types.ts";
import { json } from "./json-type.ts";
import { bytes, text } from "./text-types.ts";

/** The artifact types that are built in. */
export const artifact = { json, text, bytes, file, directory } as const;

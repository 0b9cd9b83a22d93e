import { figureType as figure } from "./figure.ts";
import { directory, file } from "./file-types.ts";
import { json } from "./json-type.ts";
import { model } from "./model.ts";
import { referenceType as reference } from "./reference.ts";
import { table } from "./table-type.ts";
import { bytes, text } from "./text-types.ts";

/** The artifact types that are built in. */
export const artifact = { json, text, bytes, table, figure, file, directory, model, reference } as const;

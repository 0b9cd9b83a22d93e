import { randomUUID } from "node:crypto";
import type { KeyValue } from "./protocol/values.ts";

/** The tag by which a client finds again what it created when the answer was lost. */
export const CREATE_ID = "mlflow-client.create_id";

/** A tag of one create call, and the filter that finds what has it. */
export function newMark(): { readonly tag: KeyValue; readonly filter: string } {
  const value = randomUUID();
  return { tag: { key: CREATE_ID, value }, filter: `tags.\`${CREATE_ID}\` = '${value}'` };
}

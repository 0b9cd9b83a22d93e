import { keyForServer, keyFromServer } from "../keys.ts";
import { RESERVED } from "./own-tags.ts";

/** What stands before a key of somebody's that this registry uses itself. */
const TAKEN = "modelstack.key:";

const isTaken = (key: string) => RESERVED.test(key) || key.startsWith(TAKEN);

/** A tag's key as it is written to the server. */
export function encodeKey(key: string): string {
  return isTaken(key) ? TAKEN + keyForServer(key) : keyForServer(key);
}

/** The key that {@link encodeKey} was given. */
export function decodeKey(key: string): string {
  const taken = key.startsWith(TAKEN) ? keyFromServer(key.slice(TAKEN.length)) : "";
  return isTaken(taken) ? taken : keyFromServer(key);
}

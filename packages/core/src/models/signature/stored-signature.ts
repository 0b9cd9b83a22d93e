import { messageOf } from "../../errors.ts";
import { modelSignature } from "./model-signature.ts";
import { invalidSignature } from "./refusal.ts";
import type { ModelSignature } from "../../components/model-signature.ts";

/** The extra file of a version that holds its signature. */
export const SIGNATURE_FILE = "signature.json";

/** The text of `signature.json`: what stands under `signature` in an MLmodel file, where the lists are JSON texts. */
export function signatureText({ inputs, outputs, params }: ModelSignature): string {
  const text = (list: readonly object[] | undefined) => (list === undefined ? null : JSON.stringify(list));
  return JSON.stringify({ inputs: text(inputs), outputs: text(outputs), params: text(params) }, undefined, 2);
}

/**
 * Reads a signature from JSON: as a version keeps it in `signature.json`, or with columns or a JSON Schema in place of the texts. `file` is named
 * when it is refused.
 *
 * @throws StackError SIGNATURE_INVALID
 */
export function parseSignature(text: string, file: string): ModelSignature {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw invalidSignature(file, `this is not JSON: ${messageOf(cause)}`, 'Write { "inputs": …, "outputs": … }.');
  }
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw invalidSignature(file, "a signature is an object", 'Write { "inputs": …, "outputs": … }.');
  const given = Object.entries(data).filter(([, value]) => value !== null);
  return modelSignature(Object.fromEntries(given));
}

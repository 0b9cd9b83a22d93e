import { readFile } from "node:fs/promises";
import { settingsInvalid, type MlflowAuth } from "./settings.ts";

/** What is sent to the server to say who asks, and what must never be shown. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly secrets: readonly string[];
}

/** @throws MlflowError SETTINGS_INVALID */
export async function credentialsOf(auth: MlflowAuth | undefined): Promise<Credentials> {
  if (auth === undefined) return { authorization: undefined, secrets: [] };
  if ("username" in auth) {
    const pair = Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
    return { authorization: `Basic ${pair}`, secrets: [auth.password, pair] };
  }
  const token = "token" in auth ? auth.token.trim() : await tokenIn(auth.tokenFile);
  // What a header cannot hold would otherwise be shown by the error of the request.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw settingsInvalid("The token is empty or has letters that no token has", "Copy it again.");
  return { authorization: `Bearer ${token}`, secrets: [token] };
}

async function tokenIn(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw settingsInvalid(`The token file ${path} cannot be read`, "It holds the token and nothing else.", cause);
  }
}

/** A text in which secrets are not to be read. */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret === "" ? rest : rest.replaceAll(secret, "***")), text);
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

// Every answer is held to the response schemas of GitLab's own tests while the double runs.

const folder = join(import.meta.dirname, "..", "schemas");
// They use keywords that JSON Schema has not.
const ajv = new Ajv({ strict: false });
const schemas = new Map<string, ValidateFunction>(
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name.replace(".json", ""), ajv.compile(JSON.parse(readFileSync(join(folder, name), "utf8")))]),
);

/** What is wrong with an answer; nothing when it is right. */
export function problemOf(schema: string, body: unknown): string | undefined {
  const validate = schemas.get(schema);
  if (validate === undefined) return `there is no schema ${schema}`;
  return validate(asTheSchemasSay(body)) ? undefined : ajv.errorsText(validate.errors);
}

/** Where GitLab's answers are not as its own schemas say: the last page has a null for a token, a model without versions a null. */
function asTheSchemasSay(body: unknown): unknown {
  const answer = body as Record<string, unknown>;
  if ("next_page_token" in answer) return { ...answer, next_page_token: answer["next_page_token"] ?? "" };
  const versions = answer["model_versions"];
  return Array.isArray(versions) && versions[0] === null ? { model_versions: [] } : answer;
}

import type { MlflowClient, RegisteredModel } from "@modelstack/mlflow-client";
import { isMlflowError } from "@modelstack/mlflow-client";
import { LAST_VERSION, serverTags } from "./own-tags.ts";

// MLflow gives the number after the highest one that is there. A number that was given and deleted is therefore written down, at the model,
// and when the model goes, or has its name no longer, as a tag of an experiment that is there for nothing else.

/** The experiment whose tags hold the highest numbers of models that are no longer there under their names. */
const LEDGER = "modelstack";
const NOTE =
  "Kept by modelstack: the highest version number of each model that was deleted or renamed, so that none is given twice.";

const entry = (model: string) => `modelstack.last_version.${model}`;

/** The highest number of a version that is there. */
export function highestPresent({ latest_versions }: Pick<RegisteredModel, "latest_versions">): number {
  return Math.max(0, ...latest_versions.map(({ version }) => Number(version)));
}

/** The highest number that a model's tag says was given. */
function highestNoted({ tags }: Pick<RegisteredModel, "tags">): number {
  return numberOf(serverTags(tags).get(LAST_VERSION));
}

/** The highest number that a version of a model ever had, as far as that is written down. */
export async function lastVersion(
  client: MlflowClient,
  name: string,
  model: RegisteredModel | undefined,
): Promise<number> {
  const known = model === undefined ? 0 : Math.max(highestPresent(model), highestNoted(model));
  return known > 0 ? known : lastOfEarlier(client, name);
}

/** Notes at a model that versions up to a number have been given. */
export async function noteLast(client: MlflowClient, model: RegisteredModel, last: number): Promise<void> {
  if (last <= highestNoted(model)) return;
  await client.registeredModels.setTag({ name: model.name, key: LAST_VERSION, value: String(last) });
}

/** The highest number of models that had a name before. */
export async function lastOfEarlier(client: MlflowClient, name: string): Promise<number> {
  const ledger = await findLedger(client);
  return numberOf(ledger?.tags.find(({ key }) => key === entry(name))?.value);
}

/** Notes apart from the model which numbers its versions have had, because it will not be there under its name. */
export async function noteForLater(client: MlflowClient, name: string, last: number): Promise<void> {
  if (last === 0) return;
  const ledger = await findLedger(client);
  const experiment_id = ledger?.experiment_id ?? (await makeLedger(client));
  await client.experiments.setTag({ experiment_id, key: entry(name), value: String(last) });
}

async function findLedger(client: MlflowClient) {
  try {
    return await client.experiments.getByName({ experiment_name: LEDGER });
  } catch (error) {
    if (isMlflowError(error, "not-found")) return undefined;
    throw error;
  }
}

async function makeLedger(client: MlflowClient): Promise<string> {
  const tags = [{ key: "mlflow.note.content", value: NOTE }];
  try {
    return await client.experiments.create({ name: LEDGER, tags });
  } catch (error) {
    if (!isMlflowError(error, "already-exists")) throw error;
    // Another process was faster.
    return (await client.experiments.getByName({ experiment_name: LEDGER })).experiment_id;
  }
}

function numberOf(text: string | undefined): number {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
}

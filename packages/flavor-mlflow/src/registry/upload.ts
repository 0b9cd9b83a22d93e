import { checkFiles, fileListText, type NewModelVersion, type Transfer } from "@modelstack/core/stack";
import type { KeyValue, MlflowClient } from "@modelstack/mlflow-client";
import { filesTag, LIST_FILE, pathOf, refuseOwnFolder } from "./layout.ts";
import { companions } from "./mlmodel.ts";
import { OWN_RUN } from "./own-tags.ts";
import { giveUp, newPlace, type Place } from "./place.ts";

/** Where the files of a version are, and the tags that say what they are. */
export interface Uploaded {
  readonly place: Place;
  /** Where MLflow finds the model. */
  readonly source: string;
  readonly tags: readonly KeyValue[];
}

/**
 * Brings a version's files to the server, before there is a version. When it throws, none are left.
 *
 * @throws StackError FILE_NOT_FOUND, ARTIFACT_INVALID, DIGEST_MISMATCH, TRACKED_RUN_NOT_FOUND, UNSUPPORTED
 */
export async function upload(
  client: MlflowClient,
  request: NewModelVersion,
  user: string,
  transfer: Transfer,
): Promise<Uploaded> {
  const { model, files, modelDigest, trackedRunId } = request;
  refuseOwnFolder(files);
  const unchanged = await checkFiles(files, transfer);
  transfer.signal?.throwIfAborted();
  const place = await newPlace(client, model, trackedRunId, user, transfer.signal);
  const to = client.artifacts.files(place.uri);
  try {
    for (const file of files) {
      await to.upload(pathOf(file), { file: file.localPath }, transfer);
      await unchanged(file);
    }
    const { signal } = transfer;
    for (const [name, text] of await companions(request, place.run)) await to.upload(name, text, { signal });
    signal?.throwIfAborted();
    const list = fileListText(files);
    const { tag, whole } = filesTag(modelDigest, list);
    if (!whole) await to.upload(LIST_FILE, list, { signal });
    const tags = place.own ? [tag, { key: OWN_RUN, value: "true" }] : [tag];
    return { place, source: place.uri, tags };
  } catch (error) {
    await giveUp(client, place);
    throw error;
  }
}

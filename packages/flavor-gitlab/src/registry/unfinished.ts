import { randomUUID } from "node:crypto";
import { isAlive, thisProcess } from "@modelstack/core/stack";
import type { KeyValue } from "@modelstack/mlflow-client/http";
import type { ModelVersion } from "../client/model-versions.ts";
import { serverTags, trackedRunOf, uploadOf, type UploadTag } from "./own-tags.ts";

// Versions that GitLab has and the journal does not: their files are on their way, or never came.

/** The uploads that this process has under way. */
const underWay = new Set<string>();

export function begin(): UploadTag {
  const upload = { ...thisProcess(), id: randomUUID() };
  underWay.add(upload.id);
  return upload;
}

/** Says that an upload goes on, and which it is. */
export function goOn({ tags }: ModelVersion): string {
  const { id } = uploadOf(serverTags(tags))!;
  underWay.add(id);
  return id;
}

/** Says that an upload is no longer under way, however it ended. */
export const done = ({ upload }: { readonly upload: string }): void => void underWay.delete(upload);

/** Whether nobody is at it any more. What another machine began may go on for all that is known here. */
export function isLeft({ tags }: ModelVersion): boolean {
  const upload = uploadOf(serverTags(tags));
  if (upload === undefined || underWay.has(upload.id)) return false;
  const { host, pid, startedAt } = thisProcess();
  const isOurs = upload.host === host && upload.pid === pid && upload.startedAt === startedAt;
  return isOurs || isAlive(upload) === false;
}

/** Whether GitLab would delete somebody's run with it. */
export const hasTrackedRun = ({ run_id, tags }: ModelVersion): boolean => trackedRunOf(serverTags(tags)) === run_id;

/** Tags that are others with every try. */
const OF_TRY = new Set([
  "gitlab.version",
  "modelstack.create_id",
  "modelstack.upload",
  "modelstack.created_at",
  "modelstack.upload_at",
]);

/** Whether tags say the same of any try. */
export function saySame(one: readonly KeyValue[], other: readonly KeyValue[]): boolean {
  const lasting = (tags: readonly KeyValue[]) =>
    JSON.stringify(
      tags
        .filter(({ key }) => !OF_TRY.has(key))
        .map(({ key, value }) => [key, value])
        .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
    );
  return lasting(one) === lasting(other);
}

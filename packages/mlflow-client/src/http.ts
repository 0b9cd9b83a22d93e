/**
 * What the client is made of, for clients of servers that are spoken to in the same way, as JSON and files over HTTP, such as GitLab: calls as
 * data, tries and deadlines, redirects that stay with the server, streamed files, typed errors.
 *
 * @module @modelstack/mlflow-client/http
 */
export { FileTransfers, type FileTransfersOptions, type RemoteFile } from "./artifacts/file-transfers.ts";
export type { Transfer, UploadSource } from "./artifacts/files.ts";
export { encodePath } from "./encode-request.ts";
export { excerpt, outcomeOf, waitOf, type BadAnswer } from "./error-of-answer.ts";
export { isMlflowError, MlflowError, type MlflowErrorKind, type Outcome } from "./errors.ts";
export { itemsOf } from "./paging.ts";
export { del, get, patch, post, type AnswerOf, type Call, type Repeat, type RequestOf } from "./protocol/call.ts";
export { double, int64, keyValue, list, nothing, text, type KeyValue } from "./protocol/values.ts";
export type { CallOptions, MlflowAuth, TransportOptions } from "./settings.ts";
export { Transport, type Find } from "./transport.ts";

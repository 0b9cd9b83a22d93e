/**
 * What experiment trackers on a server share: what is logged waits on the disk while the server is away, and is sent in its order.
 *
 * @module @modelstack/core/tracking
 */
export { batches } from "./batches.ts";
export { checkSpool } from "./check-spool.ts";
export { checkTexts } from "./check-texts.ts";
export { Delivery, type DeliveryParts } from "./delivery.ts";
export { LastList } from "./last-list.ts";
export type { Letter, Patience, SentPoint } from "./letters.ts";
export { Outbox } from "./outbox.ts";
export { inOrder } from "./points.ts";
export { paramExists, refuseOtherParams, runNotFound } from "./run-errors.ts";
export { Spool, type Drained, type SpooledLetter } from "./spool.ts";

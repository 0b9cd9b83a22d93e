import { isStackError, StackError } from "../errors.ts";

/** How a caller follows the moving of bytes, and stops it. */
export interface Transfer {
  /** Told how many more bytes have moved. What it is told adds up to the size of what was asked for. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** Once it is aborted, the transfer rejects with its reason, and leaves nothing half-done. */
  readonly signal?: AbortSignal | undefined;
}

/** How far something that moves bytes is. */
export interface TransferProgress {
  /** `reading`: files of this machine are read for their digests. */
  readonly step: "reading" | "uploading" | "downloading" | "copying";
  /** Of this step, so far. */
  readonly bytes: number;
  readonly total: number;
}

/** What callers may decide about something that moves bytes. */
export interface TransferOptions {
  /** Told when a step begins, and as often as bytes move. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** Aborted, it fails as TRANSFER_CANCELLED and leaves nothing half-done. */
  readonly signal?: AbortSignal | undefined;
}

/** The transfer of one step, whose bytes are added up. */
export function transferOf(
  step: TransferProgress["step"],
  total: number,
  { onProgress, signal }: TransferOptions,
): Transfer {
  let bytes = 0;
  onProgress?.({ step, bytes, total });
  return { signal, onBytes: (count) => onProgress?.({ step, bytes: (bytes += count), total }) };
}

/**
 * Does something that moves bytes. Once it was stopped, whatever it failed with is that it was stopped.
 *
 * @throws StackError TRANSFER_CANCELLED
 */
export async function stoppable<T>(what: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    signal?.throwIfAborted();
    return await work();
  } catch (cause) {
    if (signal?.aborted !== true || isStackError(cause, "cancelled")) throw cause;
    throw new StackError("TRANSFER_CANCELLED", `${what} was stopped; nothing of it is left.`, { cause });
  }
}

/** Waits for something that only looks, and no longer than until it is stopped. @throws the signal's reason */
export async function unlessStopped<T>(signal: AbortSignal | undefined, looking: Promise<T>): Promise<T> {
  if (signal === undefined) return looking;
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([looking, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

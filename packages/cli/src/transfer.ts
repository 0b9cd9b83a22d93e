import type { TransferOptions } from "@modelstack/core";
import type { Context } from "./context.ts";
import { transferView } from "./render/transfer.ts";
import { onSignal } from "./signals.ts";

/** Does something that moves bytes: shows how far it is, and stops it when a signal comes. `what` is being moved. */
export async function withTransfer<T>(
  context: Context,
  what: string,
  work: (options: TransferOptions) => Promise<T>,
): Promise<T> {
  const signals = onSignal();
  const view = await transferView(context.io, what);
  try {
    return await work({ signal: signals.signal, onProgress: (progress) => view.take(progress) });
  } catch (error) {
    if (signals.exitCode !== undefined) context.exitCode = signals.exitCode;
    throw error;
  } finally {
    view.stop();
    signals.dispose();
  }
}

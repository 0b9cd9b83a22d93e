/** How a caller follows the moving of bytes, and stops it. */
export interface Transfer {
  /** Told how many more bytes have moved. What it is told adds up to the size of what was asked for. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** Once it is aborted, the transfer rejects with its reason, and leaves nothing half-done. */
  readonly signal?: AbortSignal | undefined;
}

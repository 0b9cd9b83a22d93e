import type { Transfer } from "./files.ts";

/** Passes bytes on, and tells how many. */
export async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    yield chunk;
    count(chunk.byteLength);
  }
}

/** Counts what one try moves, and takes it back when the next begins. */
export class Progress {
  readonly #onBytes: Transfer["onBytes"];
  #moved = 0;

  constructor(onBytes: Transfer["onBytes"]) {
    this.#onBytes = onBytes;
  }

  restart(): void {
    if (this.#moved > 0) this.#onBytes?.(-this.#moved);
    this.#moved = 0;
  }

  add(bytes: number): void {
    this.#moved += bytes;
    this.#onBytes?.(bytes);
  }
}

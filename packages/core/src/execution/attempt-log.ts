import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { MaskedText } from "../masked-text.ts";
import { maskBytes } from "../secrets.ts";

/** A log keeps its first bytes up to this number; what comes after is counted and dropped. */
export const LOG_LIMIT = 16 * 1024 * 1024;

/** The log file of one attempt, opened when first written to. Secrets are masked on the way. */
export class AttemptLog {
  /** Relative to the state folder. */
  readonly path: string;
  readonly #file: string;
  readonly #decoder = new TextDecoder();
  readonly #mask = new MaskedText();
  #descriptor: number | undefined;
  #written = 0;
  #dropped = 0;
  #closed = false;

  constructor(stateFolder: string, run: string, instance: string, attempt: string) {
    this.path = `logs/${run}/${instance}.${attempt}.log`;
    this.#file = join(stateFolder, this.path);
  }

  get used(): boolean {
    return this.#descriptor !== undefined;
  }

  /**
   * Returns the text as it may be shown: masked, without its end if that may be the beginning of a secret (it comes with what is written
   * next), and without what the log has no more room for, which would fill the terminal too. What a step prints after its end, from a
   * callback it did not wait for, is shown but not kept: its record is closed.
   */
  write(chunk: string | Uint8Array): string {
    if (this.#dropped > 0 && !this.#closed) {
      this.#dropped += Buffer.byteLength(chunk);
      return "";
    }
    const text = typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true });
    return this.#closed ? this.#mask.write(text) + this.#mask.flush() : this.#keep(this.#mask.write(text));
  }

  /** {@link AttemptLog.write} for whole lines of a program: what is masked is masked within them, and the rest is kept byte for byte. */
  writeLines(lines: Uint8Array): string {
    if (this.#dropped > 0) {
      this.#dropped += lines.byteLength;
      return "";
    }
    return this.#keep(maskBytes(lines));
  }

  /** Writes what was held back, and returns it as {@link AttemptLog.write} does: the step has ended, or something else follows. */
  flush(): string {
    return this.#keep(this.#mask.flush());
  }

  #keep(masked: string | Uint8Array): string {
    const all = Buffer.from(masked);
    if (this.#dropped > 0) {
      this.#dropped += all.byteLength;
      return "";
    }
    const bytes = all.subarray(0, LOG_LIMIT - this.#written);
    this.#append(bytes);
    this.#dropped = all.byteLength - bytes.byteLength;
    return this.#dropped === 0
      ? all.toString()
      : `${bytes.toString()}\n[the log is full at ${LOG_LIMIT} bytes; the rest is dropped]\n`;
  }

  #append(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#written += bytes.byteLength;
    if (this.#descriptor === undefined) {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      this.#descriptor = openSync(this.#file, "a", 0o600);
    }
    writeSync(this.#descriptor, bytes);
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    if (this.#descriptor === undefined) return;
    if (this.#dropped > 0) {
      writeSync(this.#descriptor, `\n[the log is full at ${LOG_LIMIT} bytes; ${this.#dropped} more were dropped]\n`);
    }
    closeSync(this.#descriptor);
  }
}

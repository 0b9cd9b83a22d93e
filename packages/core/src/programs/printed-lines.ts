import { stripVTControlCharacters } from "node:util";
import { maskBytes, maskSecrets } from "../secrets.ts";

/** A line that is longer is passed on in parts. In bytes. */
const LONGEST_LINE = 64 * 1024;
/** Of such a line so much is held back: no secret is longer. In bytes. */
const LONGEST_SECRET = 4 * 1024;
const [LINE_FEED, CARRIAGE_RETURN] = [10, 13];

/** Passes on what a program prints, byte for byte, but in whole lines: a secret is never cut in two. */
export class PrintedLines {
  readonly #print: (bytes: Uint8Array) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(print: (bytes: Uint8Array) => void) {
    this.#print = print;
  }

  push(chunk: Buffer): void {
    const end = Math.max(chunk.lastIndexOf(LINE_FEED), chunk.lastIndexOf(CARRIAGE_RETURN)) + 1;
    if (end > 0) {
      this.#print(
        this.#held.byteLength === 0 ? chunk.subarray(0, end) : Buffer.concat([this.#held, chunk.subarray(0, end)]),
      );
      // A copy: a slice would keep the whole chunk in memory.
      this.#held = Buffer.from(chunk.subarray(end));
    } else {
      this.#held = Buffer.concat([this.#held, chunk]);
    }
    if (this.#held.byteLength > LONGEST_LINE) this.#cut();
  }

  /** Passes on what is left: the last line may have no end. */
  end(): void {
    if (this.#held.byteLength > 0) this.#print(this.#held);
    this.#held = Buffer.alloc(0);
  }

  #cut(): void {
    const masked = Buffer.from(maskBytes(this.#held));
    this.#print(masked.subarray(0, -LONGEST_SECRET));
    this.#held = Buffer.from(masked.subarray(-LONGEST_SECRET));
  }
}

/** What is kept for {@link LastLines.text}. In bytes. */
const TAIL = 32 * 1024;
const LONGEST_SHOWN = 400;

/** Remembers the end of what a program prints, to be shown when it fails. */
export class LastLines {
  #tail: Buffer = Buffer.alloc(0);
  #isCut = false;

  push(chunk: Buffer): void {
    const all = Buffer.concat([this.#tail, chunk.subarray(-TAIL)]);
    this.#isCut ||= chunk.byteLength > TAIL || all.byteLength > TAIL;
    this.#tail = all.subarray(-TAIL);
  }

  /** The last lines as a terminal can show them: masked, without what steers it, what is no UTF-8 as U+FFFD. */
  text(count: number): string {
    const whole = this.#isCut ? this.#tail.subarray(this.#firstWhole()) : this.#tail;
    return stripVTControlCharacters(maskSecrets(Buffer.from(maskBytes(whole)).toString()))
      .trimEnd()
      .split("\n")
      .slice(-count)
      .map((line) => shown(line))
      .join("\n");
  }

  /** Where nothing can be the second half of a secret any more. */
  #firstWhole(): number {
    const end = this.#tail.indexOf(LINE_FEED);
    return end < 0 ? LONGEST_SECRET : end + 1;
  }
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A line as it would stand on a terminal: what a carriage return lets be overwritten is left out. */
function shown(line: string): string {
  const last = line.replace(/\r+$/, "").split("\r").at(-1)!.replaceAll(CONTROL, "\u{fffd}");
  return last.length > LONGEST_SHOWN ? `${last.slice(0, LONGEST_SHOWN)}…` : last;
}

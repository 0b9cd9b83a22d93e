import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, copyFile, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileRef } from "../artifacts/artifact-type.ts";
import { sizeOfFile } from "../artifacts/regular-file.ts";
import { withFolderLock } from "../folder-lock.ts";
import { makePrivateFolder } from "../platform.ts";
import type { Letter, SentPoint } from "./letters.ts";

/** A file that waits, under the name it has in the spool. */
export interface FileLetter {
  readonly kind: "file";
  readonly path: string;
  readonly file: string;
}

export type SpooledLetter = Letter | FileLetter;

/** What became of what waited. */
export interface Drained {
  readonly sent: number;
  /** What the server did not take, in its words. It is kept, in `refused.jsonl`. */
  readonly refused: readonly string[];
}

const LETTERS = "letters.jsonl";
const REFUSED = "refused.jsonl";
const PRIVATE = { mode: 0o600 };

/**
 * What waits on this machine for a server that is away: a folder for each run, with a line for each letter in their order, and the files
 * that were logged. One process at a time writes or sends what is in one.
 */
export class Spool {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  at(run: string): string {
    return join(this.#folder, run);
  }

  has(run: string): boolean {
    return existsSync(join(this.at(run), LETTERS));
  }

  /** The runs of which something waits. */
  async runs(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.filter((name) => this.has(name));
  }

  async add(run: string, letter: Letter): Promise<void> {
    await this.#locked(run, () => this.#append(run, LETTERS, letter));
  }

  /** @throws StackError FILE_NOT_FOUND, ARTIFACT_INVALID */
  async addFile(run: string, path: string, content: Uint8Array | FileRef): Promise<void> {
    if ("path" in content) await sizeOfFile(content.path);
    await this.#locked(run, async () => {
      const file = randomUUID();
      const to = join(this.at(run), file);
      await makePrivateFolder(this.at(run));
      await ("path" in content ? copyFile(content.path, to) : writeFile(to, content, PRIVATE));
      await this.#append(run, LETTERS, { kind: "file", path, file });
    });
  }

  /**
   * Sends what waits, in its order.
   *
   * @param send - gives what the server refuses in words, and throws if it is away: what was not sent then waits on
   */
  async drain(run: string, send: (letter: SpooledLetter) => Promise<string | undefined>): Promise<Drained> {
    return this.#locked(run, async () => {
      if (!this.has(run)) return { sent: 0, refused: [] };
      const refused: string[] = [];
      let sent = 0;
      const path = join(this.at(run), LETTERS);
      try {
        for await (const line of linesOf(path)) {
          const letter = parsed(line);
          const why = await send(letter);
          sent++;
          if (why === undefined) {
            if (letter.kind === "file") await rm(join(this.at(run), letter.file), { force: true });
            continue;
          }
          refused.push(why);
          await this.#append(run, REFUSED, letter);
        }
      } catch (error) {
        await this.#dropFirst(path, sent);
        throw error;
      }
      await rm(refused.length === 0 ? this.at(run) : path, { recursive: true });
      return { sent: sent - refused.length, refused };
    });
  }

  async #append(run: string, file: string, letter: SpooledLetter): Promise<void> {
    await makePrivateFolder(this.at(run));
    await appendFile(join(this.at(run), file), `${JSON.stringify(letter, written)}\n`, { ...PRIVATE, flush: true });
  }

  async #dropFirst(path: string, count: number): Promise<void> {
    if (count === 0) return;
    const rest = `${path}.new`;
    const handle = await open(rest, "w", PRIVATE.mode);
    let at = 0;
    for await (const line of linesOf(path)) if (at++ >= count) await handle.write(`${line}\n`);
    await handle.close();
    await rename(rest, path);
  }

  async #locked<T>(run: string, work: () => Promise<T>): Promise<T> {
    await makePrivateFolder(this.#folder);
    return withFolderLock(`${this.at(run)}.lock`, work);
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const handle = await open(path);
  try {
    yield* handle.readLines();
  } finally {
    await handle.close();
  }
}

const NOT_JSON = ["NaN", "Infinity", "-Infinity"];

/** JSON has no number for some values. */
function written(key: string, value: unknown): unknown {
  return key === "value" && typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Written by this class, in a folder that only its user may write to. */
function parsed(line: string): SpooledLetter {
  const letter = JSON.parse(line) as SpooledLetter;
  if (letter.kind !== "metrics") return letter;
  const points = letter.points.map((point): SentPoint => ({ ...point, value: numberOf(point.value) }));
  return { ...letter, points };
}

function numberOf(value: unknown): number {
  return NOT_JSON.includes(value as string) ? Number(value) : (value as number);
}

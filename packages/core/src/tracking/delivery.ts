import type { FileRef } from "../artifacts/artifact-type.ts";
import type { Transfer } from "../components/transfer.ts";
import { isStackError } from "../errors.ts";
import type { Letter, Patience } from "./letters.ts";
import type { Drained, Spool, SpooledLetter } from "./spool.ts";

/** How long a training waits before what it logs goes to the disk. */
const WHILE_TRAINING: Patience = { retries: 2, deadlineMs: 20_000 };
/** How long a look takes whether a server is back, and how often one is taken. In milliseconds. */
const LOOK: Patience = { retries: 0, deadlineMs: 5000 };
const LOOK_AGAIN = 5000;

/** After errors of these kinds what waits may be taken another time. */
const WAITS_ON: ReadonlySet<string> = new Set(["unavailable", "unauthenticated", "forbidden"]);

/** What a delivery needs of the tracker whose it is. */
export interface DeliveryParts {
  /** How people call the server: `MLflow`. */
  readonly server: string;
  /** Brings a letter to the server. @throws StackError */
  readonly deliver: (run: string, letter: Letter, patience: Patience) => Promise<void>;
  /** Brings a file to the server. @throws StackError */
  readonly putFile: (run: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer) => Promise<void>;
  readonly spool: Spool;
  /** Whether a server that is away is an error. */
  readonly required: boolean;
  readonly warn: (message: string) => void;
  /** How a person calls a run. */
  readonly nameOf: (run: string) => string;
}

/**
 * Brings what is logged to a server. While that is away it waits in the spool, and goes on from there in its order once the server is back,
 * so that a training does not end with its tracker.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  #warned = false;
  #lastLook = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** @throws StackError */
  async send(run: string, letter: Letter): Promise<void> {
    const { spool } = this.#parts;
    await this.#orSpool(
      run,
      () => this.#parts.deliver(run, letter, this.#patience()),
      () => spool.add(run, letter),
    );
  }

  /** @throws StackError */
  async sendFile(run: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer): Promise<void> {
    const { spool, putFile } = this.#parts;
    await this.#orSpool(
      run,
      () => putFile(run, path, content, transfer),
      () => spool.addFile(run, path, content),
    );
  }

  /**
   * Sends what waits for the server.
   *
   * @throws StackError SERVER_UNAVAILABLE when it is away still
   */
  async drain(run: string, patience: Patience = {}): Promise<Drained> {
    return this.#parts.spool.drain(run, async (letter) => {
      try {
        await this.#deliver(run, letter, patience);
        return undefined;
      } catch (error) {
        if (!isStackError(error) || WAITS_ON.has(error.kind)) throw error;
        return error.message;
      }
    });
  }

  /** Sends what waits, if the server is back. */
  async drainIfBack(run: string, patience = LOOK): Promise<void> {
    if (!this.#parts.spool.has(run)) return;
    this.#lastLook = Date.now();
    try {
      const { refused } = await this.drain(run, patience);
      const { server, warn } = this.#parts;
      for (const why of refused) warn(`What waited for ${server} was not taken: ${why}`);
    } catch (error) {
      if (!isStackError(error, "unavailable")) throw error;
    }
  }

  async #orSpool(run: string, now: () => Promise<void>, later: () => Promise<void>): Promise<void> {
    const { spool } = this.#parts;
    if (spool.has(run) && Date.now() - this.#lastLook > LOOK_AGAIN) await this.drainIfBack(run);
    // What comes after something that waits must wait as well.
    if (spool.has(run)) return later();
    try {
      await now();
    } catch (error) {
      if (!isStackError(error, "unavailable")) throw error;
      this.#lastLook = Date.now();
      if (this.#parts.required) throw error;
      this.#warn(run, error);
      await later();
    }
  }

  #patience(): Patience {
    if (!this.#parts.required) return WHILE_TRAINING;
    // Whoever waited for the server in vain does not wait again for all that follows.
    return Date.now() - this.#lastLook < LOOK_AGAIN ? LOOK : {};
  }

  #warn(run: string, error: Error): void {
    if (this.#warned) return;
    this.#warned = true;
    const { spool, warn, nameOf } = this.#parts;
    const what = `${error.message.replace(/\.$/, "")}. What is logged waits in ${spool.at(run)}`;
    warn(`${what} and is sent when the server is back, or by: stack runs flush ${nameOf(run)}`);
  }

  async #deliver(run: string, letter: SpooledLetter, patience: Patience): Promise<void> {
    const { spool, deliver, putFile } = this.#parts;
    if (letter.kind !== "file") return deliver(run, letter, patience);
    await putFile(run, letter.path, { path: `${spool.at(run)}/${letter.file}` });
  }
}

import { maskSecrets, undecidedFrom } from "./secrets.ts";

/**
 * Hides secrets in a text that comes in pieces, also one that begins in a piece and ends in another. Of each piece only what may be the
 * beginning of a secret is held back until more is known.
 */
export class MaskedText {
  #held = "";

  /** What can be shown so far: nothing of a secret that may still be going on. */
  write(piece: string): string {
    const text = this.#held + piece;
    const end = undecidedFrom(text);
    this.#held = text.slice(end);
    return maskSecrets(text.slice(0, end));
  }

  /** The rest: what was held back was no secret, or one that ends here. */
  flush(): string {
    const rest = maskSecrets(this.#held);
    this.#held = "";
    return rest;
  }
}

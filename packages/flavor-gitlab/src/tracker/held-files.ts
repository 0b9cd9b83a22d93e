/** What is held at most, of a run. */
const SMALL = 64 * 1024;
/** Where the framework keeps files of its own in a run. */
const OWN = "modelstack/";

/**
 * Files of the framework that begin a run, such as its plan. MLflow's client in Python can send files to a run of GitLab's only as long as it
 * has none: after that GitLab gives an address that this client cannot write to. So these wait until others are sent, or the run ends.
 */
export class HeldFiles {
  readonly #runs = new Map<string, Map<string, Uint8Array>>();
  readonly #begun = new Set<string>();

  /** Whether a file of a run waits here now. */
  hold(run: string, path: string, content: unknown): boolean {
    if (this.#begun.has(run) || !path.startsWith(OWN)) return false;
    if (!(content instanceof Uint8Array) || content.byteLength > SMALL) return false;
    const held = this.#runs.get(run) ?? new Map<string, Uint8Array>();
    this.#runs.set(run, held.set(path, content.slice()));
    return true;
  }

  /** What waited of a run: from now on nothing does. */
  release(run: string): readonly (readonly [path: string, content: Uint8Array])[] {
    const held = [...(this.#runs.get(run) ?? [])];
    this.#runs.delete(run);
    this.#begun.add(run);
    return held;
  }

  runs(): readonly string[] {
    return [...this.#runs.keys()];
  }
}

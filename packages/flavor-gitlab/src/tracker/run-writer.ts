import { batches, paramExists, refuseOtherParams, type Letter, type Patience } from "@modelstack/core/tracking";
import type { KeyValue } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";
import type { Run } from "../client/runs.ts";
import { isPlain, newTags, pairs, tagOfInput, tagsOfPoints, texts } from "./own-tags.ts";

/** How many entries are sent in a request. GitLab says no limit; so many have some 200 KB, which takes no server long. */
export const AT_ONCE = 2500;

type Present = Pick<Run["data"], "params" | "tags">;

const statuses = { finished: "FINISHED", failed: "FAILED", killed: "KILLED" } as const;

/**
 * Writes to runs. GitLab keeps the first value of every parameter and tag, and drops others without a word: so it is looked before what there
 * is, and after that whether somebody else was first. Of a run that only this process writes to, it remembers that.
 */
export class RunWriter {
  readonly #note: (message: string) => void;
  readonly #own = new Map<string, Present>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(note: (message: string) => void) {
    this.#note = note;
  }

  /** A run that this process has made. */
  begun({ info, data }: Run): void {
    this.#own.set(info.run_id, { params: [...data.params], tags: [...data.tags] });
  }

  /** Whether only this process writes to it. */
  isOwn(run: string): boolean {
    return this.#own.has(run);
  }

  /** From now on others may write to it, too. */
  share(run: string): void {
    this.#own.delete(run);
  }

  /**
   * Brings a letter to GitLab. Twice it does what it does once.
   *
   * @throws MlflowError; StackError PARAM_EXISTS
   */
  async deliver(client: ProjectClient, run: string, letter: Letter, patience: Patience): Promise<void> {
    switch (letter.kind) {
      case "metrics": {
        const metrics = letter.points.filter(isPlain).map((point) => ({ ...point }));
        const tags = tagsOfPoints(letter.points.filter((point) => !isPlain(point)));
        for (const some of batches(metrics, AT_ONCE))
          await client.runs.logBatch({ run_id: run, metrics: some }, patience);
        return this.#add(client, run, { tags }, patience);
      }
      case "params":
        return this.#inTurn(run, () => this.#params(client, run, letter.params, patience));
      case "tags":
        return this.#inTurn(run, () => this.#tags(client, run, letter.tags, patience));
      case "input":
        return this.#add(client, run, { tags: [tagOfInput(letter.input)] }, patience);
      case "end":
        return client.runs.update({ run_id: run, status: statuses[letter.status], end_time: letter.at }, patience);
    }
  }

  async #params(
    client: ProjectClient,
    run: string,
    wanted: Readonly<Record<string, string>>,
    patience: Patience,
  ): Promise<void> {
    const present = texts((await this.#present(client, run, patience)).params);
    refuseOtherParams(run, present, wanted);
    const params = pairs(wanted).filter(({ key }) => !Object.hasOwn(present, key));
    if (params.length === 0) return;
    await this.#add(client, run, { params }, patience);
    if (this.#own.has(run)) return;
    const after = texts((await client.runs.get(run, patience)).data.params);
    for (const [key, value] of Object.entries(wanted))
      if (after[key] !== value)
        throw paramExists(`Another process has given run ${run} the parameter ${key} meanwhile.`);
  }

  async #tags(
    client: ProjectClient,
    run: string,
    wanted: Readonly<Record<string, string>>,
    patience: Patience,
  ): Promise<void> {
    for (let tries = 0; ; tries++) {
      const { added, changed } = newTags((await this.#present(client, run, patience)).tags, wanted);
      if (added.length === 0) return;
      if (tries === 0 && changed.length > 0) this.#say(run, changed, added);
      await this.#add(client, run, { tags: added }, patience);
      if (this.#own.has(run)) return;
      // Another process may have taken a key at the same moment, and GitLab drops the second without a word.
      const kept = new Map((await client.runs.get(run, patience)).data.tags.map(({ key, value }) => [key, value]));
      if (added.every(({ key, value }) => kept.get(key) === value)) return;
    }
  }

  #say(run: string, changed: readonly string[], added: readonly KeyValue[]): void {
    const kept = added.filter(({ key }) => key.startsWith("modelstack.tag.")).map(({ key }) => key);
    this.#note(`GitLab changes no tags: of run ${run}, the new ${changed.join(", ")} is kept as ${kept.join(", ")}`);
  }

  async #present(client: ProjectClient, run: string, patience: Patience): Promise<Present> {
    return this.#own.get(run) ?? (await client.runs.get(run, patience)).data;
  }

  async #add(
    client: ProjectClient,
    run_id: string,
    { params = [], tags = [] }: { readonly params?: readonly KeyValue[]; readonly tags?: readonly KeyValue[] },
    patience: Patience,
  ): Promise<void> {
    for (const some of batches(params, AT_ONCE)) await client.runs.logBatch({ run_id, params: some }, patience);
    for (const some of batches(tags, AT_ONCE)) await client.runs.logBatch({ run_id, tags: some }, patience);
    const own = this.#own.get(run_id);
    own?.params.push(...params);
    own?.tags.push(...tags);
  }

  /** What is looked at and written then must not be written by somebody else of this process meanwhile. */
  async #inTurn(run: string, act: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(run) ?? Promise.resolve()).then(act);
    const done = turn.catch(() => undefined);
    this.#turns.set(run, done);
    try {
      await turn;
    } finally {
      if (this.#turns.get(run) === done) this.#turns.delete(run);
    }
  }
}

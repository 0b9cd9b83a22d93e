import { randomUUID } from "node:crypto";
import type { RunEvent, RunEventBody } from "../components/records.ts";

/** Numbers the events that this process writes to one run. */
export class EventWriter {
  readonly #run: string;
  readonly #writer = randomUUID();
  #seq = 0;

  constructor(run: string) {
    this.#run = run;
  }

  stamp(body: RunEventBody): RunEvent {
    return { ...body, run: this.#run, writer: this.#writer, seq: this.#seq++, at: new Date().toISOString() };
  }
}

import { Artifacts } from "./artifacts/artifacts.ts";
import { Experiments } from "./experiments.ts";
import { LoggedModels } from "./logged-models.ts";
import { Metrics } from "./metrics.ts";
import { ModelVersions } from "./model-versions.ts";
import type { AnswerOf } from "./protocol/call.ts";
import { server } from "./protocol/server.ts";
import { RegisteredModels } from "./registered-models.ts";
import { Runs } from "./runs.ts";
import type { CallOptions, MlflowClientOptions } from "./settings.ts";
import { Transport } from "./transport.ts";

/**
 * A client of an MLflow server, or of one that speaks its protocol, as GitLab does. Its methods are the calls of MLflow's REST API, in the
 * groups and with the fields that have there; it connects when it is first used, and keeps connections open.
 *
 * What fails is a {@link MlflowError}. What can be repeated without harm is tried again; what makes something is looked for first.
 */
export class MlflowClient implements AsyncDisposable {
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly metrics: Metrics;
  readonly registeredModels: RegisteredModels;
  readonly modelVersions: ModelVersions;
  readonly loggedModels: LoggedModels;
  readonly artifacts: Artifacts;
  readonly #transport: Transport;

  /** @throws MlflowError SETTINGS_INVALID */
  constructor(options: MlflowClientOptions) {
    const transport = new Transport(options);
    this.#transport = transport;
    this.experiments = new Experiments(transport);
    this.runs = new Runs(transport);
    this.metrics = new Metrics(transport);
    this.registeredModels = new RegisteredModels(transport);
    this.modelVersions = new ModelVersions(transport);
    this.loggedModels = new LoggedModels(transport);
    this.artifacts = new Artifacts(transport);
  }

  /** The version of the server: `3.17.2`. */
  async version(options?: CallOptions): Promise<string> {
    return this.#transport.text("/version", options);
  }

  /** Whether the server says that it is well; rejects if it says nothing. */
  async health(options?: CallOptions): Promise<boolean> {
    return (await this.#transport.text("/health", options)) === "OK";
  }

  /** What time it is for the server, to the second; nothing if it does not say. */
  async time(options?: CallOptions): Promise<Date | undefined> {
    return this.#transport.time("/health", options);
  }

  /**
   * What the server can do.
   *
   * @throws MlflowError ENDPOINT_NOT_FOUND before MLflow 3
   */
  async serverInfo(options?: CallOptions): Promise<AnswerOf<typeof server.getInfo>> {
    return this.#transport.call(server.getInfo, {}, options);
  }

  /** Ends its connections; what is under way fails. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

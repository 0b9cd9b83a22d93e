import { newMark } from "./mark.ts";
import { itemsOf } from "./paging.ts";
import type { FileInfo } from "./protocol/artifacts.ts";
import type { AnswerOf, RequestOf } from "./protocol/call.ts";
import { loggedModels as calls, type LoggedModel } from "./protocol/logged-models.ts";
import type { CallOptions } from "./settings.ts";
import type { Transport } from "./transport.ts";

/** Logged models, of MLflow 3. An older server answers each call with an error of the kind `unsupported`. */
export class LoggedModels {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes one that is pending. It has one tag more, `mlflow-client.create_id`, by which it is found if the answer is lost. */
  async create(request: RequestOf<typeof calls.create>, options?: CallOptions): Promise<LoggedModel> {
    const { tag, filter } = newMark();
    const marked = { ...request, tags: [...(request.tags ?? []), tag] };
    const experiment_ids = [request.experiment_id];
    const find = async (retry: CallOptions) => {
      const [model] = (await this.search({ experiment_ids, filter, max_results: 1 }, retry)).models;
      return model === undefined ? undefined : { model };
    };
    return (await this.#transport.call(calls.create, marked, options, find)).model;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(request: RequestOf<typeof calls.get>, options?: CallOptions): Promise<LoggedModel> {
    return (await this.#transport.call(calls.get, request, options)).model;
  }

  /** Says that it is ready, or that its upload failed. */
  async finalize(request: RequestOf<typeof calls.finalize>, options?: CallOptions): Promise<LoggedModel> {
    return (await this.#transport.call(calls.finalize, request, options)).model;
  }

  async delete(request: RequestOf<typeof calls.delete>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.delete, request, options);
  }

  /** A page of logged models, newest first. */
  async search(request: RequestOf<typeof calls.search>, options?: CallOptions): Promise<AnswerOf<typeof calls.search>> {
    return this.#transport.call(calls.search, request, options);
  }

  /** All logged models that {@link search} finds. */
  searchAll(
    request: Omit<RequestOf<typeof calls.search>, "page_token">,
    options?: CallOptions,
  ): AsyncGenerator<LoggedModel, void, void> {
    return itemsOf(
      (page) => this.search({ ...request, ...page }, options),
      ({ models }) => models,
    );
  }

  async logParams(request: RequestOf<typeof calls.logParams>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.logParams, request, options);
  }

  async setTags(request: RequestOf<typeof calls.setTags>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.setTags, request, options);
  }

  async deleteTag(request: RequestOf<typeof calls.deleteTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.deleteTag, request, options);
  }

  /** The files in one of its folders; paths are relative to its root. */
  listArtifacts(
    request: Omit<RequestOf<typeof calls.listArtifacts>, "page_token">,
    options?: CallOptions,
  ): AsyncGenerator<FileInfo, void, void> {
    return itemsOf(
      (page) => this.#transport.call(calls.listArtifacts, { ...request, ...page }, options),
      ({ files }) => files,
    );
  }
}

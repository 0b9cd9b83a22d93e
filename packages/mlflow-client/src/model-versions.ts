import { newMark } from "./mark.ts";
import { itemsOf } from "./paging.ts";
import type { AnswerOf, RequestOf } from "./protocol/call.ts";
import { modelVersions as calls, type ModelVersion } from "./protocol/model-versions.ts";
import type { CallOptions } from "./settings.ts";
import type { Transport } from "./transport.ts";

/** The versions of registered models. */
export class ModelVersions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Makes the next version. It has one tag more, `mlflow-client.create_id`, by which it is found if the answer is lost.
   *
   * A source below `runs:/` or `mlflow-artifacts:/` needs the `run_id` that it belongs to.
   *
   * @throws MlflowError RESOURCE_DOES_NOT_EXIST if there is no such registered model
   */
  async create(request: RequestOf<typeof calls.create>, options?: CallOptions): Promise<ModelVersion> {
    const { tag, filter } = newMark();
    const marked = { ...request, tags: [...(request.tags ?? []), tag] };
    const find = async (retry: CallOptions) => {
      const [model_version] = (await this.search({ filter, max_results: 1 }, retry)).model_versions;
      return model_version === undefined ? undefined : { model_version };
    };
    return (await this.#transport.call(calls.create, marked, options, find)).model_version;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(request: RequestOf<typeof calls.get>, options?: CallOptions): Promise<ModelVersion> {
    return (await this.#transport.call(calls.get, request, options)).model_version;
  }

  /** Changes its description. */
  async update(request: RequestOf<typeof calls.update>, options?: CallOptions): Promise<ModelVersion> {
    return (await this.#transport.call(calls.update, request, options)).model_version;
  }

  /** Deletes it with its aliases, for good. Its number is not given again. */
  async delete(request: RequestOf<typeof calls.delete>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.delete, request, options);
  }

  /** A page of versions of all models, last updated first. */
  async search(
    request: RequestOf<typeof calls.search> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<typeof calls.search>> {
    return this.#transport.call(calls.search, request, options);
  }

  /** All versions that {@link search} finds. */
  searchAll(
    request: Omit<RequestOf<typeof calls.search>, "page_token"> = {},
    options?: CallOptions,
  ): AsyncGenerator<ModelVersion, void, void> {
    return itemsOf(
      (page) => this.search({ ...request, ...page }, options),
      ({ model_versions }) => model_versions,
    );
  }

  /** Where its files are. */
  async getDownloadUri(request: RequestOf<typeof calls.getDownloadUri>, options?: CallOptions): Promise<string> {
    return (await this.#transport.call(calls.getDownloadUri, request, options)).artifact_uri;
  }

  /** Moves it to a stage, in any case of letters: None, Staging, Production, Archived. MLflow deprecates stages since 2.9, and keeps them. */
  async transitionStage(
    request: RequestOf<typeof calls.transitionStage>,
    options?: CallOptions,
  ): Promise<ModelVersion> {
    return (await this.#transport.call(calls.transitionStage, request, options)).model_version;
  }

  async setTag(request: RequestOf<typeof calls.setTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.setTag, request, options);
  }

  async deleteTag(request: RequestOf<typeof calls.deleteTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.deleteTag, request, options);
  }
}

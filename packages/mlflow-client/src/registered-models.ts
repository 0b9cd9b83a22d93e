import { itemsOf } from "./paging.ts";
import { isMlflowError } from "./errors.ts";
import type { AnswerOf, RequestOf } from "./protocol/call.ts";
import type { ModelVersion } from "./protocol/model-versions.ts";
import { registeredModels as calls, type RegisteredModel } from "./protocol/registered-models.ts";
import type { CallOptions } from "./settings.ts";
import type { Transport } from "./transport.ts";

/** Registered models: names with versions. */
export class RegisteredModels {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * If the answer is lost, a model of that name is taken to be this one.
   *
   * @throws MlflowError RESOURCE_ALREADY_EXISTS
   */
  async create(request: RequestOf<typeof calls.create>, options?: CallOptions): Promise<RegisteredModel> {
    const find = (retry: CallOptions) => this.#transport.call(calls.get, { name: request.name }, retry);
    return (await this.#transport.call(calls.create, request, options, find)).registered_model;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(request: RequestOf<typeof calls.get>, options?: CallOptions): Promise<RegisteredModel> {
    return (await this.#transport.call(calls.get, request, options)).registered_model;
  }

  /** Changes its description. */
  async update(request: RequestOf<typeof calls.update>, options?: CallOptions): Promise<RegisteredModel> {
    return (await this.#transport.call(calls.update, request, options)).registered_model;
  }

  /**
   * If the answer is lost, it counts as renamed when the old name is gone and the new one there.
   *
   * @throws MlflowError RESOURCE_ALREADY_EXISTS
   */
  async rename(request: RequestOf<typeof calls.rename>, options?: CallOptions): Promise<RegisteredModel> {
    const { name, new_name } = request;
    const find = async (retry: CallOptions) =>
      (await this.#exists(name, retry)) ? undefined : this.#transport.call(calls.get, { name: new_name }, retry);
    return (await this.#transport.call(calls.rename, request, options, find)).registered_model;
  }

  /** Deletes it with its versions, tags and aliases, for good. */
  async delete(request: RequestOf<typeof calls.delete>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.delete, request, options);
  }

  /** A page of models, by name. */
  async search(
    request: RequestOf<typeof calls.search> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<typeof calls.search>> {
    return this.#transport.call(calls.search, request, options);
  }

  /** All models that {@link search} finds. */
  searchAll(
    request: Omit<RequestOf<typeof calls.search>, "page_token"> = {},
    options?: CallOptions,
  ): AsyncGenerator<RegisteredModel, void, void> {
    return itemsOf(
      (page) => this.search({ ...request, ...page }, options),
      ({ registered_models }) => registered_models,
    );
  }

  /** The newest version in each stage, or in those that are named. */
  async getLatestVersions(
    request: RequestOf<typeof calls.getLatestVersions>,
    options?: CallOptions,
  ): Promise<readonly ModelVersion[]> {
    return (await this.#transport.call(calls.getLatestVersions, request, options)).model_versions;
  }

  async setTag(request: RequestOf<typeof calls.setTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.setTag, request, options);
  }

  async deleteTag(request: RequestOf<typeof calls.deleteTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.deleteTag, request, options);
  }

  /** Sets an alias, or moves it to another version. */
  async setAlias(request: RequestOf<typeof calls.setAlias>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.setAlias, request, options);
  }

  /** That there is no such alias is no error. */
  async deleteAlias(request: RequestOf<typeof calls.deleteAlias>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.deleteAlias, request, options);
  }

  /**
   * The version that has the alias; `latest` is the highest version.
   *
   * @throws MlflowError INVALID_PARAMETER_VALUE if no version has it
   */
  async getByAlias(request: RequestOf<typeof calls.getByAlias>, options?: CallOptions): Promise<ModelVersion> {
    return (await this.#transport.call(calls.getByAlias, request, options)).model_version;
  }

  async #exists(name: string, options: CallOptions): Promise<boolean> {
    try {
      await this.get({ name }, options);
      return true;
    } catch (error) {
      if (isMlflowError(error, "not-found")) return false;
      throw error;
    }
  }
}

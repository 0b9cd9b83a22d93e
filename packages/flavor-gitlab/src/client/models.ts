import { randomUUID } from "node:crypto";
import {
  del,
  get,
  isMlflowError,
  itemsOf,
  list,
  MlflowError,
  nothing,
  patch,
  post,
  type CallOptions,
  type RequestOf,
  type Transport,
} from "@modelstack/mlflow-client/http";
import { z } from "zod";
import { keyValues, nextPage, seconds, textOrNone } from "./answers.ts";
import { modelVersion } from "./model-versions.ts";

const registeredModel = z.object({
  name: z.string(),
  /** In milliseconds, as MLflow has them; GitLab says seconds. */
  creation_timestamp: seconds,
  last_updated_timestamp: seconds,
  description: textOrNone,
  user_id: textOrNone,
  tags: keyValues,
  /** All versions, in no order. */
  latest_versions: list(modelVersion),
});

/** A model with all of its versions. */
export type RegisteredModel = z.output<typeof registeredModel>;

const one = z.object({ registered_model: registeredModel });
const name = z.object({ name: z.string() });

const calls = {
  create: post(
    "registered-models/create",
    {
      request: name.extend({
        description: z.string().optional(),
        tags: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
      }),
      answer: one,
    },
    "again",
  ),
  get: get("registered-models/get", { request: name, answer: one }),
  update: patch("registered-models/update", { request: name.extend({ description: z.string() }), answer: one }),
  delete: del("registered-models/delete", { request: name, answer: nothing }, "gone"),
  search: get("registered-models/search", {
    request: z.object({
      filter: z.string().optional(),
      max_results: z.int().optional(),
      order_by: z.string().optional(),
      page_token: z.string().optional(),
    }),
    answer: z.object({ registered_models: z.array(registeredModel), ...nextPage }),
  }),
};

/** The models of a project. */
export class Models {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Makes a model, and its experiment `[model]NAME`. It has one tag more, by which it is known if the answer is lost.
   *
   * @throws MlflowError RESOURCE_ALREADY_EXISTS; INVALID_PARAMETER_VALUE for a name or tags that GitLab does not take, of which it says
   * that there is such a model
   */
  async create(request: RequestOf<typeof calls.create>, options?: CallOptions): Promise<RegisteredModel> {
    const mark = { key: "modelstack.create_id", value: randomUUID() };
    const marked = { ...request, tags: [...(request.tags ?? []), mark] };
    const find = async (looking: CallOptions) => {
      const registered_model = await this.get(request.name, looking);
      const isOurs = registered_model.tags.some(({ key, value }) => key === mark.key && value === mark.value);
      return isOurs ? { registered_model } : undefined;
    };
    try {
      return (await this.#transport.call(calls.create, marked, options, find)).registered_model;
    } catch (error) {
      if (!isMlflowError(error, "already-exists") || (await this.find(request.name, options)) !== undefined)
        throw error;
      throw new MlflowError("INVALID_PARAMETER_VALUE", `${error.message}; but there is no model ${request.name}`, {
        kind: "invalid",
        status: error.status,
        hint: "Its name, a tag, or an experiment that is called as the model's own would be, does not do.",
        cause: error,
      });
    }
  }

  /** The model of that name, which is made if there is none. */
  async ensure(request: RequestOf<typeof calls.create>, options?: CallOptions): Promise<RegisteredModel> {
    const found = await this.find(request.name, options);
    if (found !== undefined) return found;
    try {
      return await this.create(request, options);
    } catch (error) {
      // Another process was first.
      if (!isMlflowError(error, "already-exists")) throw error;
      return this.get(request.name, options);
    }
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(of: string, options?: CallOptions): Promise<RegisteredModel> {
    return (await this.#transport.call(calls.get, { name: of }, options)).registered_model;
  }

  /** The model of that name, if there is one. */
  async find(of: string, options?: CallOptions): Promise<RegisteredModel | undefined> {
    try {
      return await this.get(of, options);
    } catch (error) {
      if (isMlflowError(error, "not-found")) return undefined;
      throw error;
    }
  }

  /** Changes its description. */
  async update(request: RequestOf<typeof calls.update>, options?: CallOptions): Promise<RegisteredModel> {
    return (await this.#transport.call(calls.update, request, options)).registered_model;
  }

  /** Deletes it with its versions, runs and files. */
  async delete(of: string, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.delete, { name: of }, options);
  }

  /** All models, those whose name contains a text, in the order `name` or `last_updated_timestamp`, with ` ASC` or ` DESC`. */
  searchAll(
    { nameContains, order_by }: { readonly nameContains?: string; readonly order_by?: string } = {},
    options?: CallOptions,
  ): AsyncGenerator<RegisteredModel, void, void> {
    const filter = nameContains === undefined ? undefined : `name='${nameContains}'`;
    return itemsOf(
      (page) => this.#transport.call(calls.search, { filter, order_by, max_results: 1000, ...page }, options),
      ({ registered_models }) => registered_models,
    );
  }
}

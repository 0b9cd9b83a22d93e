import { randomUUID } from "node:crypto";
import {
  get,
  list,
  MlflowError,
  patch,
  post,
  type CallOptions,
  type RequestOf,
  type Transport,
} from "@modelstack/mlflow-client/http";
import { z } from "zod";
import { keyValues, seconds, textOrNone } from "./answers.ts";
import type { GraphQL } from "./graphql.ts";

/** The schema of {@link ModelVersion}, and of the records that an older GitLab gives in lists, which say the semantic version as `version`. */
export const modelVersion = z
  .object({
    name: textOrNone,
    version: z.union([z.string(), z.int()]).transform(String),
    creation_timestamp: seconds,
    last_updated_timestamp: seconds,
    description: textOrNone,
    /** Its page. */
    source: textOrNone,
    run_id: textOrNone,
    tags: keyValues,
    aliases: list(z.string()),
  })
  .transform(({ version, aliases, ...rest }) => ({
    ...rest,
    /** The number by which its files are found. */
    id: version,
    /** `1.2.3`: GitLab has it as the one alias. */
    semver: aliases[0] ?? "",
  }));

/** A version of a model. */
export type ModelVersion = z.output<typeof modelVersion>;

const one = z.object({ model_version: modelVersion });
const address = z.object({ name: z.string(), version: z.string() });
const pair = z.object({ key: z.string(), value: z.string() });

const calls = {
  create: post(
    "model-versions/create",
    {
      request: z.object({
        name: z.string(),
        description: z.string().optional(),
        tags: z.array(pair).optional(),
        /** A run of the model's own experiment that is to become the version's. Older GitLab makes another one all the same. */
        run_id: z.string().optional(),
      }),
      answer: one,
    },
    "again",
  ),
  get: get("model-versions/get", { request: address, answer: one }),
  update: patch("model-versions/update", { request: address.extend({ description: z.string() }), answer: one }),
  latest: post("registered-models/get-latest-versions", {
    request: z.object({ name: z.string() }),
    answer: z.object({ model_versions: list(modelVersion.nullable()) }),
  }),
};

const deleted = z.object({ mlModelVersionDelete: z.object({ errors: z.array(z.string()) }) });

/** The tag that says a semantic version, and the one by which a version is found again whose answer was lost. */
const VERSION_TAG = "gitlab.version";
const CREATE_ID = "modelstack.create_id";

type Create = Omit<RequestOf<typeof calls.create>, "tags"> & {
  /** `1.2.3`. Without it GitLab counts on. */
  readonly semver?: string | undefined;
  readonly tags?: readonly { readonly key: string; readonly value: string }[] | undefined;
};

/** The versions of the models of a project. */
export class ModelVersions {
  readonly #transport: Transport;
  readonly #graphql: GraphQL;
  readonly #all: (model: string, options: CallOptions) => Promise<readonly ModelVersion[]>;

  /** @param all - gives the versions of a model */
  constructor(
    transport: Transport,
    graphql: GraphQL,
    all: (model: string, options: CallOptions) => Promise<readonly ModelVersion[]>,
  ) {
    this.#transport = transport;
    this.#graphql = graphql;
    this.#all = all;
  }

  /**
   * Makes a version, with its run. It has one tag more, by which it is found if the answer is lost. Whether `run_id` was taken is seen in the
   * answer.
   *
   * @throws MlflowError RESOURCE_DOES_NOT_EXIST for the model; INVALID_PARAMETER_VALUE, saying what: the version taken, or not semantic, or
   * the run of another model
   */
  async create({ semver, tags = [], ...request }: Create, options?: CallOptions): Promise<ModelVersion> {
    const mark = { key: CREATE_ID, value: randomUUID() };
    const own = [...(semver === undefined ? [] : [{ key: VERSION_TAG, value: semver }]), mark];
    const find = async (looking: CallOptions) => {
      const made = (await this.#all(request.name, looking)).find((version) =>
        version.tags.some(({ key, value }) => key === mark.key && value === mark.value),
      );
      return made === undefined ? undefined : { model_version: made };
    };
    return (await this.#transport.call(calls.create, { ...request, tags: [...own, ...tags] }, options, find))
      .model_version;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(name: string, semver: string, options?: CallOptions): Promise<ModelVersion> {
    return (await this.#transport.call(calls.get, { name, version: semver }, options)).model_version;
  }

  /** Changes its description. */
  async update(
    { name, semver, description }: { readonly name: string; readonly semver: string; readonly description: string },
    options?: CallOptions,
  ): Promise<ModelVersion> {
    return (await this.#transport.call(calls.update, { name, version: semver, description }, options)).model_version;
  }

  /** The one with the greatest version, if the model has any. */
  async latest(name: string, options?: CallOptions): Promise<ModelVersion | undefined> {
    return (await this.#transport.call(calls.latest, { name }, options)).model_versions[0] ?? undefined;
  }

  /** Deletes a version with its run and files, which REST has no call for. One that is gone is no error. */
  async delete(id: string, options?: CallOptions): Promise<void> {
    const query = `mutation($id: MlModelVersionID!) { mlModelVersionDelete(input: { id: $id }) { errors } }`;
    const answer = await this.#graphql.run(
      { query, variables: { id: `gid://gitlab/Ml::ModelVersion/${id}` }, answer: deleted, repeat: "gone" },
      options,
    );
    const [error] = answer?.mlModelVersionDelete.errors ?? [];
    if (error === undefined) return;
    throw new MlflowError("REFUSED", `The version with the id ${id} was not deleted: ${error}`, { kind: "invalid" });
  }
}

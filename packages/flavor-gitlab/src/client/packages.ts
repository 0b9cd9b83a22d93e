import {
  del,
  get,
  isMlflowError,
  nothing,
  type Call,
  type AnswerOf,
  type CallOptions,
  type Transport,
} from "@modelstack/mlflow-client/http";
import { z } from "zod";
import { id, textOrNone } from "./answers.ts";

const PAGE = 100;

const packageRecord = z.object({
  id,
  name: z.string(),
  version: textOrNone,
  package_type: z.string(),
  created_at: textOrNone,
});

/** A package: a version's or run's files. */
export type Package = z.output<typeof packageRecord>;

const packageFile = z.object({
  id,
  file_name: z.string(),
  size: z.int(),
  /** Of GitLab's own; not everywhere. */
  file_sha256: z.string().nullish(),
  created_at: textOrNone,
});

/** A file as the package registry keeps it. */
export type PackageRecordFile = z.output<typeof packageFile>;

const page = { per_page: z.int(), page: z.int() };

const calls = {
  list: get("/packages", {
    request: z.object({
      ...page,
      package_type: z.string().optional(),
      package_name: z.string().optional(),
      package_version: z.string().optional(),
    }),
    answer: z.array(packageRecord),
  }),
};

/** The package registry of a project. */
export class Packages {
  readonly #transport: Transport;

  constructor(project: Transport) {
    this.#transport = project;
  }

  /** All packages of models and runs; of those whose name contains a text, and that have a version, if they are given. */
  async *list(
    query: { readonly package_name?: string; readonly package_version?: string } = {},
    options?: CallOptions,
  ): AsyncGenerator<Package, void, void> {
    yield* this.#pages(calls.list, { ...query, package_type: "ml_model" }, options);
  }

  /** All files of a package, oldest first. */
  async *files(packageId: string, options?: CallOptions): AsyncGenerator<PackageRecordFile, void, void> {
    const call = get(`/packages/${packageId}/package_files`, {
      request: z.object(page),
      answer: z.array(packageFile),
    });
    yield* this.#pages(call, {}, options);
  }

  /** Deletes a package with its files. One that is gone is no error. */
  async delete(packageId: string, options?: CallOptions): Promise<void> {
    await this.#delete(`/packages/${packageId}`, options);
  }

  /** Deletes a file of a package. One that is gone is no error. */
  async deleteFile(packageId: string, fileId: string, options?: CallOptions): Promise<void> {
    await this.#delete(`/packages/${packageId}/package_files/${fileId}`, options);
  }

  async #delete(path: string, options?: CallOptions): Promise<void> {
    try {
      await this.#transport.call(del(path, { request: z.object({}), answer: nothing }, "gone"), {}, options);
    } catch (error) {
      if (!isMlflowError(error, "not-found")) throw error;
    }
  }

  async *#pages<T>(
    call: Call<z.ZodType, z.ZodType<T[]>>,
    query: object,
    options?: CallOptions,
  ): AsyncGenerator<T, void, void> {
    for (let number = 1; ; number++) {
      const items: AnswerOf<typeof call> = await this.#transport.call(
        call,
        { ...query, per_page: PAGE, page: number },
        options,
      );
      yield* items;
      if (items.length < PAGE) return;
    }
  }
}

import { MlflowError, post, type CallOptions, type Repeat, type Transport } from "@modelstack/mlflow-client/http";
import { z } from "zod";

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).default([]),
});

const requestOf = (repeat: Repeat) =>
  post(
    "/api/graphql",
    { request: z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).optional() }), answer },
    repeat,
  );

interface Operation<T extends z.ZodType> {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  /** What `data` is. */
  readonly answer: T;
  /** As of a call: with `gone`, something that is not there any more is no error. Default: `same`. */
  readonly repeat?: Repeat;
}

/** GitLab's other API, for what REST has no calls for. */
export class GraphQL {
  readonly #transport: Transport;

  /** @param transport - of the whole of GitLab */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Runs a query or a mutation.
   *
   * @returns nothing where `repeat` is `gone` and it was gone
   * @throws MlflowError REFUSED, with what GitLab says; FORBIDDEN where it says neither whether something is there nor whether one may
   */
  async run<T extends z.ZodType>(
    { query, variables, answer: schema, repeat = "same" }: Operation<T>,
    options?: CallOptions,
  ): Promise<z.output<T> | undefined> {
    const request = { query, ...(variables === undefined ? {} : { variables }) };
    const { data, errors } = await this.#transport.call(requestOf(repeat), request, options);
    if (errors.length === 0) return this.#parsed(schema, data);
    const said = errors.map(({ message }) => message).join("; ");
    const hidden = /does not exist or you don't have permission/.test(said);
    if (hidden && repeat === "gone") return undefined;
    throw new MlflowError(hidden ? "FORBIDDEN" : "REFUSED", `POST /api/graphql: ${said}`, {
      kind: hidden ? "forbidden" : "invalid",
    });
  }

  #parsed<T extends z.ZodType>(schema: T, data: unknown): z.output<T> {
    const parsed = schema.safeParse(data);
    if (parsed.success) return parsed.data;
    throw new MlflowError("ANSWER_INVALID", `POST /api/graphql: ${z.prettifyError(parsed.error)}`, {
      kind: "unavailable",
      cause: parsed.error,
    });
  }
}

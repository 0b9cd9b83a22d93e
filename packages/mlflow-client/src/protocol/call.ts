import type { z } from "zod";

/**
 * What happens when a call is made a second time because the first answer was lost:
 *
 * - `same`: the server is as after one.
 * - `gone`: the server finds nothing (left) to do, and says RESOURCE_DOES_NOT_EXIST; that then means that the first one worked.
 * - `again`: it is done twice. Such a call is repeated only when the server cannot have done it, or when it was looked for first.
 */
export type Repeat = "same" | "gone" | "again";

/** One call of MLflow's REST API, as data: what a client sends and understands, and a server understands and sends. */
export interface Call<Request extends z.ZodType = z.ZodType, Answer extends z.ZodType = z.ZodType> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the tracking URI. `:name` stands for the field of the request with that name. */
  readonly path: string;
  /** A GET has it in the query, a list as a repeated parameter; all others as a JSON body. */
  readonly request: Request;
  readonly answer: Answer;
  readonly repeat: Repeat;
}

/** What a call is given. */
export type RequestOf<C extends Call> = z.output<C["request"]>;

/** What a call gives. */
export type AnswerOf<C extends Call> = z.output<C["answer"]>;

interface Schemas<Request extends z.ZodType, Answer extends z.ZodType> {
  readonly request: Request;
  readonly answer: Answer;
}

/** Where the REST API begins. */
export const API = "/api/2.0/mlflow";

type Define = <Request extends z.ZodType, Answer extends z.ZodType>(
  path: string,
  schemas: Schemas<Request, Answer>,
  repeat?: Repeat,
) => Call<Request, Answer>;

const define =
  (method: Call["method"]): Define =>
  (path, schemas, repeat = "same") => ({
    method,
    path: path.startsWith("/") ? path : `${API}/${path}`,
    ...schemas,
    repeat,
  });

export const get: Define = define("GET");
export const post: Define = define("POST");
export const patch: Define = define("PATCH");
export const del: Define = define("DELETE");

/** An answer that is not a success, thrown where it is decided. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

// [S] lib/api/helpers.rb, lib/api/api_guard.rb
export const unauthorized = () => new Refusal(401, { message: "401 Unauthorized" });
export const forbidden = () => new Refusal(403, { message: "403 Forbidden" });
export const notFound = () => new Refusal(404, { message: "404 Not Found" });
export const projectNotFound = () => new Refusal(404, { message: "404 Project Not Found" });
export const badRequest = (why: string) => new Refusal(400, { message: `400 Bad request - ${why}` });
export const serverError = () => new Refusal(500, { message: "500 Internal Server Error" });
/** What Grape says of parameters. */
export const invalidRequest = (error: string) => new Refusal(400, { error });

export const tokenInvalid = (why: "expired" | "revoked") =>
  new Refusal(401, {
    error: "invalid_token",
    error_description:
      why === "expired"
        ? "Token is expired. You can either do re-authorization or token refresh."
        : "Token was revoked. You have to re-authorize from the user.",
  });

export const insufficientScope = (scope: string) =>
  new Refusal(403, {
    error: "insufficient_scope",
    error_description: "The request requires higher privileges than provided by the access token.",
    scope,
  });

// [S] lib/api/ml/mlflow/api_helpers.rb
export const doesNotExist = () => new Refusal(404, { error_code: "RESOURCE_DOES_NOT_EXIST" });
export const alreadyExists = () => new Refusal(400, { error_code: "RESOURCE_ALREADY_EXISTS" });
export const updateFailed = () => new Refusal(400, { error_code: "UPDATE_FAILED" });
export const invalidValue = (message?: string | readonly string[]) =>
  new Refusal(400, { error_code: "INVALID_PARAMETER_VALUE", ...(message === undefined ? {} : { message }) });
export const validationFailed = (problems: readonly string[]) =>
  invalidValue(`Validation failed: ${problems.join(", ")}`);

/** A route of MLflow's that GitLab has not. */
export const noSuchRoute = () => new Refusal(404, { error: "404 Not Found" });
/** [I] Grape's text for another verb. */
export const notAllowed = () => new Refusal(405, { error: "405 Not Allowed" });

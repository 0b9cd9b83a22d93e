import type { BadAnswer } from "./error-of-answer.ts";
import { MlflowError } from "./errors.ts";

/** Who asks: a bearer token, a file that holds one, or a user with a password. */
export type MlflowAuth =
  | { readonly token: string }
  | { readonly tokenFile: string }
  | { readonly username: string; readonly password: string };

/** How a client reaches its server. */
export interface MlflowClientOptions {
  /**
   * Where the server is: `http://127.0.0.1:5000`, or with a path, as `https://gitlab.example.org/api/v4/projects/1/ml/mlflow`. A user and
   * password in it are taken out and sent as `auth`.
   */
  readonly trackingUri: string;
  readonly auth?: MlflowAuth | undefined;
  /** A PEM file with the certificates of the authorities to trust, in place of the system's. */
  readonly caFile?: string | undefined;
  /** A PEM file with a certificate and its key, for servers that ask for one. */
  readonly clientCertFile?: string | undefined;
  /** Trusts any certificate, so anybody in between may read the token. Default: false. */
  readonly insecureTls?: boolean | undefined;
  /** `environment` to go through the proxies that HTTP_PROXY and HTTPS_PROXY name, but not to hosts in NO_PROXY. Default: none. */
  readonly proxies?: "environment" | undefined;
  /** How long the server may say nothing, in milliseconds. Default: 120 000. */
  readonly timeoutMs?: number | undefined;
  /** How long a call may take with everything that is tried again, in milliseconds. Transfers of files have none. Default: 300 000. */
  readonly deadlineMs?: number | undefined;
  /** How often what failed is tried again, where that is safe. Default: 5, which takes between 8 and 16 seconds. */
  readonly retries?: number | undefined;
  /** Told of each failure after which the client tries again. */
  readonly onRetry?: ((error: MlflowError) => void) | undefined;
}

/** What can be decided for one call. */
export interface CallOptions {
  /** Once it is aborted, the call rejects with its reason at once. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of the client's. */
  readonly deadlineMs?: number | undefined;
  /** Instead of the client's. */
  readonly retries?: number | undefined;
}

/** How a server of another kind that is reached over HTTP, such as GitLab, is spoken to. */
export interface TransportOptions extends MlflowClientOptions {
  /** Reads an answer that is no success. Default: as MLflow writes them. */
  readonly errorOfAnswer?: ((answer: BadAnswer) => MlflowError) | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the environment says, in the variables that MLflow's Python client knows: MLFLOW_TRACKING_URI, MLFLOW_TRACKING_USERNAME with
 * MLFLOW_TRACKING_PASSWORD (which win over) MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_SERVER_CERT_PATH, MLFLOW_TRACKING_CLIENT_CERT_PATH,
 * MLFLOW_TRACKING_INSECURE_TLS, MLFLOW_HTTP_REQUEST_TIMEOUT (seconds) and MLFLOW_HTTP_REQUEST_MAX_RETRIES; and proxies, as it does.
 *
 * @throws MlflowError SETTINGS_INVALID
 */
export function settingsFromEnvironment(environment: Environment = process.env): Partial<MlflowClientOptions> {
  const of = (name: string) => environment[name] || undefined;
  const trackingUri = of("MLFLOW_TRACKING_URI");
  const insecureTls = of("MLFLOW_TRACKING_INSECURE_TLS");
  const timeout = wholeNumber("MLFLOW_HTTP_REQUEST_TIMEOUT", of("MLFLOW_HTTP_REQUEST_TIMEOUT"));
  return {
    ...(trackingUri === undefined ? {} : { trackingUri }),
    auth: authOf(of("MLFLOW_TRACKING_USERNAME"), of("MLFLOW_TRACKING_PASSWORD"), of("MLFLOW_TRACKING_TOKEN")),
    caFile: of("MLFLOW_TRACKING_SERVER_CERT_PATH"),
    clientCertFile: of("MLFLOW_TRACKING_CLIENT_CERT_PATH"),
    insecureTls: insecureTls === undefined ? undefined : isTrue(insecureTls),
    proxies: "environment",
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
    retries: wholeNumber("MLFLOW_HTTP_REQUEST_MAX_RETRIES", of("MLFLOW_HTTP_REQUEST_MAX_RETRIES")),
  };
}

function authOf(username: string | undefined, password: string | undefined, token: string | undefined) {
  if (username !== undefined && password !== undefined) return { username, password };
  return token === undefined ? undefined : { token };
}

/** As the Python client reads it: `true` or `1`. */
function isTrue(value: string): boolean {
  if (/^(true|1)$/i.test(value)) return true;
  if (/^(false|0)$/i.test(value)) return false;
  throw settingsInvalid(`MLFLOW_TRACKING_INSECURE_TLS is "${value}"`, "Write true or false.");
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw settingsInvalid(`${name} is "${value}"`, "Write a whole number.");
  return Number(value);
}

/** The error of a setting that cannot be used. */
export function settingsInvalid(what: string, hint: string, cause?: unknown): MlflowError {
  return new MlflowError("SETTINGS_INVALID", `${what}.`, { kind: "invalid", hint, cause });
}

/** A server's address, taken apart: secrets are in none of its parts but `auth`. */
export interface ServerAddress {
  readonly origin: string;
  /** Without a slash at its end: empty, or `/api/v4/projects/1/ml/mlflow`. */
  readonly base: string;
  readonly auth: MlflowAuth | undefined;
}

/** @throws MlflowError SETTINGS_INVALID */
export function addressOf(trackingUri: string): ServerAddress {
  const url = URL.parse(trackingUri);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const shown = trackingUri.replace(/^(\w+:\/\/)?.*@/, "$1***@").replace(/\?.*/, "");
    throw settingsInvalid(
      `The tracking URI "${shown}" is no address of a server`,
      "Write one as http://127.0.0.1:5000.",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw settingsInvalid(
      `The tracking URI ${url.origin}${url.pathname} has more after its path`,
      "It ends with the path; a token belongs into auth, or MLFLOW_TRACKING_TOKEN.",
    );
  }
  const { username, password } = url;
  return {
    origin: url.origin,
    base: url.pathname.replace(/\/+$/, ""),
    auth:
      username === "" && password === ""
        ? undefined
        : { username: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

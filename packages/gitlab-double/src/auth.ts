import type { Call, KnownCall } from "./http/call.ts";
import { insufficientScope, tokenInvalid, unauthorized } from "./http/refusals.ts";
import type { Token } from "./instance.ts";
import type { Scope } from "./seed.ts";

/** Where a request carries its token. */
type Carrier = "private-token" | "bearer" | "query" | "job-token" | "basic";

/** Which tokens a route takes, and where. */
export interface Accepted {
  readonly carriers: readonly Carrier[];
  readonly kinds: readonly Token["kind"][];
}

/** [S] lib/api/api_guard.rb: most routes. A job token there is skipped, as if there were none. */
export const personal: Accepted = { carriers: ["private-token", "bearer", "query"], kinds: ["personal", "oauth"] };
/** [S] lib/api/ml_model_packages.rb: `authenticate_with` accepts tokens only as Bearer. */
export const asBearer: Accepted = { carriers: ["bearer"], kinds: ["personal", "oauth", "job"] };
/** [S] lib/api/generic_packages.rb. */
export const ofPackages: Accepted = {
  carriers: ["private-token", "bearer", "query", "job-token", "basic"],
  kinds: ["personal", "oauth", "job", "deploy"],
};

/** Knows the sender, or refuses. Some scope of those that are given is needed; `api` opens all, `read_api` all that only reads. */
export function authenticate(call: Call, accepted: Accepted, alsoScopes: readonly Scope[] = []): KnownCall {
  const token = tokenOf(call, accepted);
  if (token === undefined) throw unauthorized();
  if (token.revoked) throw tokenInvalid("revoked");
  if (token.expired) throw tokenInvalid("expired");
  const enough: readonly Scope[] = reads(call) ? ["api", "read_api", ...alsoScopes] : ["api", ...alsoScopes];
  if (!token.scopes.some((scope) => enough.includes(scope))) throw insufficientScope(enough.join(" "));
  return { ...call, token, user: token.user };
}

/** [S] `allow_access_with_scope :read_api, if: request.get? || request.head?` */
const reads = ({ method }: Call) => method === "GET" || method === "HEAD";

function tokenOf(call: Call, { carriers, kinds }: Accepted): Token | undefined {
  for (const carrier of carriers) {
    const value = carried(call, carrier);
    if (value === undefined) continue;
    const token = call.instance.tokens.get(value);
    if (token === undefined || !kinds.includes(token.kind)) continue;
    // JOB-TOKEN is for job tokens, and a job token elsewhere is fine where the route takes them.
    if (carrier === "job-token" && token.kind !== "job") continue;
    return token;
  }
  return undefined;
}

function carried({ request: { headers }, query }: Call, carrier: Carrier): string | undefined {
  switch (carrier) {
    case "private-token":
      return headers["private-token"]?.toString();
    case "job-token":
      return headers["job-token"]?.toString();
    case "query":
      return query["private_token"] ?? query["access_token"];
    case "bearer":
      return /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
    case "basic": {
      const encoded = /^Basic (.+)$/i.exec(headers.authorization ?? "")?.[1];
      return encoded === undefined
        ? undefined
        : Buffer.from(encoded, "base64").toString().split(":").slice(1).join(":");
    }
  }
}

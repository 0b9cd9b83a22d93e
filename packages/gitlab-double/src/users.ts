import { authenticate, personal } from "./auth.ts";
import { admitted, apiRoute } from "./guards.ts";
import type { Call, KnownCall, Route } from "./http/call.ts";
import { forbidden } from "./http/refusals.ts";

// The instance, its users and their tokens.

const mayReadUser = (call: Call) => authenticate(call, personal, call.method === "GET" ? ["read_user"] : []);
/** [S] Every token may look at itself, whatever its scopes. */
const anyScope = (call: Call) => authenticate(call, personal, ["read_user", "read_repository", "write_repository"]);

export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/api/v4/version",
    source: "[D] Metadata API; [S] lib/api/metadata.rb",
    admit: admitted(mayReadUser, ({ instance }) => ({
      body:
        instance.release === "newest"
          ? { version: "19.2.1-ee", revision: "5e1b2e6d3ca" }
          : { version: "17.6.2-ee", revision: "bf2a3e6b8e3" },
    })),
  },
  {
    method: "GET",
    path: "/api/v4/user",
    source: "[D] Users API; [S] lib/api/users.rb, the scope read_user suffices",
    admit: admitted(mayReadUser, ({ instance, user: { id, username, name } }) => ({
      body: { id, username, name, state: "active", locked: false, web_url: `${instance.url}/${username}`, bot: false },
    })),
  },
  {
    method: "GET",
    path: "/api/v4/personal_access_tokens/self",
    source: "[D] Personal access tokens API; [S] lib/api/personal_access_tokens/self_information.rb",
    admit: admitted(anyScope, (call) => ({ body: tokenRecord(call) })),
  },
  apiRoute("GET", "/application/plan_limits", "[D] Plan limits API: for administrators only", ({ instance, user }) => {
    if (!user.admin) throw forbidden();
    const { mlModelFile, genericFile } = instance.limits;
    return { body: { ml_model_max_file_size: mlModelFile, generic_packages_max_file_size: genericFile } };
  }),
];

function tokenRecord({ token }: KnownCall) {
  const { id, name, scopes, user, revoked, expired } = token;
  return {
    id,
    name,
    revoked,
    created_at: "2026-01-05T10:00:00.000Z",
    description: null,
    scopes,
    user_id: user.id,
    last_used_at: null,
    active: !revoked && !expired,
    expires_at: "2027-01-05",
  };
}

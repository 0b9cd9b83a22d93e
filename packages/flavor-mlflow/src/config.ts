import { httpUrl } from "@modelstack/core/stack";
import { z } from "zod";

const GITLAB = /\/api\/v4\/projects\/([^/]+)\/ml\/mlflow\/?$/;

const trackingUri = httpUrl.superRefine((uri, context) => {
  const project = GITLAB.exec(URL.parse(uri)?.pathname ?? "")?.[1];
  if (project === undefined) return;
  const origin = new URL(uri).origin;
  context.addIssue({
    code: "custom",
    message: "is the address of a GitLab project",
    params: {
      hint: `GitLab has a flavor of its own, gitlab:\n    experiment_tracker: { flavor: gitlab, url: ${origin}, project: ${project} }\n    model_registry: { flavor: gitlab }`,
    },
  });
});

const secret = z.string().min(1);

/** What stands beside `flavor: mlflow` of an experiment tracker; its model registry is on the same server. */
export const trackerConfig = z
  .object({
    tracking_uri: trackingUri.describe("Where the server is: http://127.0.0.1:5000, with its path if it has one"),
    token: secret.optional().describe("A bearer token; write ${env:MLFLOW_TRACKING_TOKEN}"),
    token_file: z.string().min(1).optional().describe("A file that holds a bearer token, relative to stack.yaml"),
    username: z.string().min(1).optional().describe("A user of the server, with password:"),
    password: secret.optional().describe("Of that user; write ${env:MLFLOW_TRACKING_PASSWORD}"),
    ca_file: z
      .string()
      .min(1)
      .optional()
      .describe("A PEM file with the authorities to trust in place of the system's, relative to stack.yaml"),
    insecure_tls: z.boolean().default(false).describe("Trusts any certificate: for trying things out, never for work"),
    experiment: z.string().min(1).optional().describe("The experiment of runs whose pipeline names none"),
    required: z
      .boolean()
      .default(false)
      .describe(
        "Whether a run fails when the server is away. Otherwise what it logs waits on the disk until it is back",
      ),
  })
  .superRefine(({ token, token_file, username, password }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const ways = [token, token_file, username ?? password].filter((way) => way !== undefined);
    if (ways.length > 1) refuse("token", "of token, token_file, and username with password only one can be given");
    if (password !== undefined && username === undefined) refuse("password", "there is no username for it");
    if (username !== undefined && password === undefined) refuse("username", "there is no password for it");
  });

export type TrackerConfig = z.output<typeof trackerConfig>;

import { httpUrl } from "@modelstack/core/stack";
import { z } from "zod";

const text = z.string().min(1);

/** Its number, or its path without slashes round it. */
const project = z
  .union([
    z.int().positive(),
    z.string().regex(/^[^/\s]+(\/[^/\s]+)*$/, "expected a number, or a path such as group/project"),
  ])
  .transform(String);

const gitlabUrl = httpUrl.superRefine((address, context) => {
  const { username = "", password = "", search = "", hash = "" } = URL.parse(address) ?? {};
  if (username + password + search + hash === "") return;
  context.addIssue({
    code: "custom",
    message: "has a user, a password or a query, which GitLab's address has not",
    params: { hint: "Write https://gitlab.example.org. A token belongs into token: or the variable GITLAB_TOKEN." },
  });
});

/** What stands beside `flavor: gitlab` of an experiment tracker; its model registry is in the same project. */
export const trackerConfig = z.object({
  url: gitlabUrl
    .optional()
    .describe(
      "Where GitLab is: https://gitlab.example.org. Default: that of the job, or of python-gitlab's configuration",
    ),
  project: project
    .optional()
    .describe(
      "Its number, its path, or the end of its path if no other visible project's ends so. Default: that of the job",
    ),
  token: text.optional().describe("An access token with the scope api; write ${env:GITLAB_TOKEN}"),
  section: text
    .optional()
    .describe("Which section of ~/.python-gitlab.cfg. Default: the one that it names as its default"),
  ca_file: text
    .optional()
    .describe("A PEM file with the authorities to trust in place of the system's, relative to stack.yaml"),
  insecure_tls: z.boolean().default(false).describe("Trusts any certificate: for trying things out, never for work"),
  experiment: text.optional().describe("The experiment of runs whose pipeline names none"),
  required: z
    .boolean()
    .default(false)
    .describe("Whether a run fails when GitLab is away. Otherwise what it logs waits on the disk until it is back"),
});

export type TrackerConfig = z.output<typeof trackerConfig>;

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { trackerConfig, type TrackerConfig } from "../config.ts";
import { refusal } from "../project.fixture.ts";
import { settingsOf } from "./settings.ts";

/** What GitLab sets in a job, as far as it is read here. */
const job = {
  CI: "true",
  GITLAB_CI: "true",
  CI_SERVER_URL: "https://gitlab.example.org/git",
  CI_API_V4_URL: "https://gitlab.example.org/git/api/v4",
  CI_PROJECT_ID: "7",
  CI_PROJECT_PATH: "biosignal/mednet",
  CI_PROJECT_URL: "https://gitlab.example.org/git/biosignal/mednet",
  CI_JOB_ID: "4711",
  CI_JOB_TOKEN: "glcbt-64_job-token",
};

interface Given {
  readonly config?: Partial<TrackerConfig>;
  readonly environment?: Record<string, string>;
  /** Of python-gitlab. */
  readonly file?: string;
}

async function settings({ config = {}, environment = {}, file }: Given) {
  const folder = mkdtempSync(join(tmpdir(), "modelstack-settings-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "python-gitlab.cfg");
  if (file !== undefined) writeFileSync(path, file);
  return settingsOf(trackerConfig.parse(config), { projectFolder: "/project", environment, defaultFiles: [path] });
}

const idiap = "[global]\ndefault = idiap\n[idiap]\nurl = https://gitlab.idiap.ch/\nprivate_token = idiap-token\n";
const url = "https://gitlab.idiap.ch";
const project = "biosignal/mednet";

describe("the token", () => {
  const places = { token: "given", environment: { GITLAB_TOKEN: "of-gitlab", MLFLOW_TRACKING_TOKEN: "of-mlflow" } };
  it("is that of stack.yaml, then of GITLAB_TOKEN, of MLFLOW_TRACKING_TOKEN, of python-gitlab's configuration", async () => {
    const { token, environment } = places;
    const of = async (given: Given) => (await settings({ file: idiap, ...given })).token;

    expect(await of({ config: { url, project, token }, environment })).toBe("given");
    expect(await of({ config: { url, project }, environment })).toBe("of-gitlab");
    expect(await of({ config: { url, project }, environment: { ...environment, GITLAB_TOKEN: " " } })).toBe(
      "of-mlflow",
    );
    expect(await of({ config: { url, project } })).toBe("idiap-token");
  });

  it("of python-gitlab's configuration is sent to the address beside it and nowhere else", async () => {
    const error = await refusal(settings({ config: { url: "https://gitlab.example.org", project }, file: idiap }));

    expect(error).toMatchObject({ code: "UNAUTHENTICATED", message: expect.stringContaining("sent nowhere else") });
    expect(error.message).not.toContain("idiap-token");
  });

  it("of a job does for files alone, which is said", async () => {
    expect(await refusal(settings({ environment: job }))).toMatchObject({
      code: "UNAUTHENTICATED",
      message: expect.stringContaining("CI_JOB_TOKEN"),
      hint: expect.stringContaining("masked variable GITLAB_TOKEN"),
    });
  });

  it("that is nowhere is asked for", async () => {
    expect(await refusal(settings({ config: { url, project } }))).toMatchObject({
      code: "UNAUTHENTICATED",
      hint: expect.stringMatching(/Developer.*scope api.*GITLAB_TOKEN/),
    });
  });
});

describe("the address", () => {
  it("comes from python-gitlab's configuration, with its token, certificates and patience", async () => {
    const file = `${idiap}ssl_verify = /etc/ssl/idiap.pem\ntimeout = 5\n`;

    expect(await settings({ config: { project }, file })).toMatchObject({
      url,
      token: "idiap-token",
      tokenFrom: "the section idiap of python-gitlab's configuration",
      caFile: "/etc/ssl/idiap.pem",
      insecureTls: false,
      timeoutMs: 5000,
    });
  });

  it("comes from the section that is named", async () => {
    const file = `${idiap}[other]\nurl = https://other.example.org\noauth_token = other-token\nssl_verify = false\n`;

    expect(await settings({ config: { project, section: "other" }, file })).toMatchObject({
      url: "https://other.example.org",
      token: "other-token",
      insecureTls: true,
    });
  });

  it("is gitlab.com if nobody says another", async () => {
    expect(await settings({ config: { project, token: "given" } })).toMatchObject({ url: "https://gitlab.com" });
  });

  it("of a GitLab below a path is kept with it", async () => {
    expect((await settings({ config: { url: "https://h/gitlab/", project, token: "given" } })).url).toBe(
      "https://h/gitlab",
    );
  });
});

describe("in a job", () => {
  const environment = { ...job, GITLAB_TOKEN: "of-gitlab" };
  it("nothing but the token need be set", async () => {
    expect(await settings({ environment })).toMatchObject({
      url: "https://gitlab.example.org/git",
      project: "7",
      known: { id: "7", path: "biosignal/mednet", webUrl: "https://gitlab.example.org/git/biosignal/mednet" },
      token: "of-gitlab",
      job: { id: "4711" },
    });
  });

  it("the job's own project needs no look-up by its path either", async () => {
    const { known } = await settings({ environment, config: { project: "BioSignal/mednet" } });

    expect(known?.id).toBe("7");
  });

  it("another project is not the job's", async () => {
    expect(await settings({ environment, config: { project: "ada/models" } })).toMatchObject({ known: undefined });
  });

  it("another GitLab is not the job's", async () => {
    const config = { url: "https://other.example.org", project: "7" };

    expect(await settings({ environment, config })).toMatchObject({ job: undefined, known: undefined });
    expect(await refusal(settings({ environment, config: { url: config.url } }))).toMatchObject({
      code: "FLAVOR_CONFIG_INVALID",
      hint: expect.stringContaining("project:"),
    });
  });

  it("an id that is no number is another program's, and links to no job", async () => {
    const { job: at } = await settings({ environment: { ...environment, CI_JOB_ID: "local" } });

    expect(at?.id).toBeUndefined();
  });
});

it.each([
  [{ project: "/mednet" }, "a path"],
  [{ project: "a b" }, "a path"],
  [{ project: 0 }, ""],
  [{ url: "gitlab.example.org" }, "http://"],
  [{ token: "" }, ""],
])("%j is refused", (config, why) => {
  expect(trackerConfig.safeParse(config).error?.message).toContain(why);
});

import { describe, expect, it } from "vitest";
import { refusal } from "../project.fixture.ts";
import { projectAt } from "../project.fixture.ts";
import { first, html, json, lost, scripted } from "../scripted-server.fixture.ts";

const project = {
  id: 7,
  path_with_namespace: "biosignal/software/mednet",
  web_url: "http://gitlab.test/biosignal/software/mednet",
};
const PROJECTS = "GET /api/v4/projects";
const RUNS = "GET /api/v4/projects/7/ml/mlflow/api/2.0/mlflow/experiments/list";
const experiments = json({ experiments: [{ experiment_id: "1", name: "a", tags: [] }] });

describe("the project", () => {
  it("is looked up once by its path, however often and by whomever it is asked for", async () => {
    const { url, asked } = await scripted({
      [`${PROJECTS}/biosignal%2Fsoftware%2Fmednet`]: json(project),
      [RUNS]: experiments,
    });
    const mednet = projectAt(url, { project: "biosignal/software/mednet" });

    await Promise.all([1, 2, 3].map(() => mednet.call(({ experiments }) => experiments.list())));

    expect(asked.map(({ what }) => what)).toEqual([`${PROJECTS}/biosignal%2Fsoftware%2Fmednet`, RUNS, RUNS, RUNS]);
    expect(asked.every(({ authorization }) => authorization === "Bearer glpat-token-of-the-test")).toBe(true);
    expect(await mednet.found()).toEqual({ id: "7", path: project.path_with_namespace, webUrl: project.web_url });
  });

  it("needs no look-up by its number", async () => {
    const { url, asked } = await scripted({ [RUNS]: experiments });

    await projectAt(url, { project: "7" }).call(({ experiments }) => experiments.list());

    expect(asked.map(({ what }) => what)).toEqual([RUNS]);
  });

  it("is found by the end of its path, when one visible project's ends so", async () => {
    const others = ["mednet/other", "biosignal/software/mednet-docs", "group/my-mednet"];
    const { url } = await scripted({
      [PROJECTS]: json([...others.map((path, at) => ({ id: at, path_with_namespace: path })), project]),
      [`${PROJECTS}/Software%2FMedNet`]: json({ message: "404 Project Not Found" }, 404),
    });

    expect((await projectAt(url, { project: "mednet" }).found()).id).toBe("7");
    expect((await projectAt(url, { project: "Software/MedNet" }).found()).id).toBe("7");
  });

  it("is not guessed where several end so", async () => {
    const { url } = await scripted({ [PROJECTS]: json([project, { id: 8, path_with_namespace: "ada/mednet" }]) });

    expect(await refusal(projectAt(url, { project: "mednet" }).found())).toMatchObject({
      code: "AMBIGUOUS",
      message: `The paths of 2 projects on ${url} end with mednet: ada/mednet, biosignal/software/mednet.`,
    });
  });

  it("that is not there or hidden is said to be that, with those that are similar", async () => {
    const { url } = await scripted({
      [PROJECTS]: json([{ id: 8, path_with_namespace: "ada/mednets" }]),
      [`${PROJECTS}/7`]: json({ message: "404 Project Not Found" }, 404),
    });

    expect(await refusal(projectAt(url, { project: "mednet" }).found())).toMatchObject({
      code: "PROJECT_NOT_FOUND",
      hint: expect.stringContaining("ada/mednets"),
    });
    expect(await refusal(projectAt(url, { project: "7" }).found())).toMatchObject({ code: "PROJECT_NOT_FOUND" });
  });

  it("is looked up again if that failed", async () => {
    const { url } = await scripted({
      [`${PROJECTS}/a%2Fb`]: first(json({ message: "404 Project Not Found" }, 404), json(project)),
      [PROJECTS]: json([]),
    });
    const flaky = projectAt(url, { project: "a/b" });

    await refusal(flaky.found());

    expect((await flaky.found()).id).toBe("7");
  });
});

describe("a refusal says what is meant and what to do", () => {
  const refused: [string, Record<string, Parameters<typeof scripted>[0][string]>, string, RegExp, RegExp][] = [
    [
      "expired",
      { [RUNS]: json({ error: "invalid_token", error_description: "Token is expired. You can …" }, 401) },
      "UNAUTHENTICATED",
      /has expired/,
      /another one/,
    ],
    [
      "revoked",
      { [RUNS]: json({ error: "invalid_token", error_description: "Token was revoked. You …" }, 401) },
      "UNAUTHENTICATED",
      /was revoked/,
      /another one/,
    ],
    [
      "unknown",
      {
        [RUNS]: json({ message: "401 Unauthorized" }, 401),
        "GET /api/v4/user": json({ message: "401 Unauthorized" }, 401),
      },
      "UNAUTHENTICATED",
      /does not know the token, which is from/,
      /Copy it again/,
    ],
    [
      "read only",
      { [RUNS]: json({ message: "401 Unauthorized" }, 401), "GET /api/v4/user": json({ id: 1, username: "ada" }) },
      "FORBIDDEN",
      /ada may read the project 7 .* and not write/,
      /Developer/,
    ],
    [
      "scope",
      { [RUNS]: json({ error: "insufficient_scope", error_description: "…", scope: "api" }, 403) },
      "FORBIDDEN",
      /has not the scope/,
      /scope api/,
    ],
    [
      "no member",
      { [RUNS]: json({ message: "404 Project Not Found" }, 404) },
      "PROJECT_NOT_FOUND",
      /no project 7 .* no member/,
      /member/,
    ],
    [
      "off",
      {
        [RUNS]: json({ message: "404 Not Found" }, 404),
        [`${PROJECTS}/7`]: json({ ...project, model_experiments_access_level: "disabled" }),
      },
      "UNSUPPORTED",
      /has its model experiments switched off/,
      /Settings > General/,
    ],
    [
      "guest",
      { [RUNS]: json({ message: "404 Not Found" }, 404), [`${PROJECTS}/7`]: json(project) },
      "FORBIDDEN",
      /may not look at/,
      /member/,
    ],
    ["old", {}, "UNSUPPORTED", /404 Not Found/, /too old/],
    ["elsewhere", { [RUNS]: html("Nginx", 404) }, "SERVER_UNAVAILABLE", /Nginx/, /no GitLab/],
    ["login", { [RUNS]: html("Sign in") }, "SERVER_UNAVAILABLE", /expected JSON/, /login page/],
  ];
  it.each(refused)("%s", async (_name, answers, code, message, hint) => {
    const { url } = await scripted(answers);

    const error = await refusal(projectAt(url, { project: "7" }).call(({ experiments }) => experiments.list()));

    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(hint) });
    expect(`${error.message} ${error.hint}`).not.toContain("glpat-token-of-the-test");
  });
});

describe("what may have been done is looked for before it is done again", () => {
  const MLFLOW = "/api/v4/projects/7/ml/mlflow/api/2.0/mlflow";
  const run = (tags: object[]) => ({ info: { run_id: "r", experiment_id: "1", status: "RUNNING" }, data: { tags } });

  it("a run whose answer was lost is found by its tag", async () => {
    let made: object[] = [];
    const { url, asked } = await scripted({
      [`POST ${MLFLOW}/runs/create`]: (request, response) => {
        made = (JSON.parse(request.body) as { tags: object[] }).tags;
        lost(request, response);
      },
      [`POST ${MLFLOW}/runs/search`]: (request, response) =>
        json({ runs: [run([]), run(made)], next_page_token: null })(request, response),
    });

    const { info } = await projectAt(url, { project: "7" }).call(({ runs }) => runs.create({ experiment_id: "1" }));

    expect(info.run_id).toBe("r");
    expect(asked.map(({ what }) => what.split("/").at(-1))).toEqual(["create", "search"]);
  });

  it("points whose answer was lost are looked for among those of the run", async () => {
    const point = { key: "loss", value: 1, timestamp: 5, step: 0 };
    const { url, asked } = await scripted({
      [`POST ${MLFLOW}/runs/log-batch`]: lost,
      [`GET ${MLFLOW}/runs/get`]: json({ run: { ...run([]), data: { metrics: [{ ...point, value: 1.0 }] } } }),
    });

    await projectAt(url, { project: "7" }).call(({ runs }) => runs.logBatch({ run_id: "r", metrics: [point] }));

    expect(asked).toHaveLength(2);
  });

  it("a tag of an experiment that another has taken meanwhile is a conflict", async () => {
    const taken = json(
      { error_code: "INVALID_PARAMETER_VALUE", message: "Validation failed: Name has already been taken" },
      400,
    );
    const { url } = await scripted({
      [`POST ${MLFLOW}/experiments/set-experiment-tag`]: first(lost, taken),
      [`GET ${MLFLOW}/experiments/get`]: json({
        experiment: { experiment_id: "1", name: "a", tags: [{ key: "k", value: "theirs" }] },
      }),
    });

    const set = projectAt(url, { project: "7" }).call(({ experiments }) =>
      experiments.setTag({ experiment_id: "1", key: "k", value: "ours" }),
    );

    expect(await refusal(set)).toMatchObject({
      code: "SERVER_REFUSED",
      message: expect.stringContaining("already been taken"),
    });
  });
});

it("files come from the store that GitLab sends to, which gets no token", async () => {
  const store = await scripted({ "GET /bucket/weights": (_asked, response) => response.end("bytes") });
  const { url } = await scripted({
    "GET /api/v4/projects/7/packages/ml_models/candidate:3/files/deep/weights": (_asked, response) =>
      response.writeHead(302, { location: `${store.url}/bucket/weights?signature=s` }).end(),
  });

  const bytes = await projectAt(url, { project: "7" }).call(({ files }) =>
    Array.fromAsync(files.download("candidate:3", "deep/weights")),
  );

  expect(Buffer.concat(bytes).toString()).toBe("bytes");
  expect(store.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
});

it("nothing but files is taken from another host", async () => {
  const other = await scripted({});
  const { url } = await scripted({
    [RUNS]: (_asked, response) => response.writeHead(302, { location: `${other.url}/login` }).end(),
  });

  const error = await refusal(projectAt(url, { project: "7" }).call(({ experiments }) => experiments.list()));

  expect(error).toMatchObject({
    code: "SERVER_UNAVAILABLE",
    message: expect.stringContaining("which is not followed"),
  });
  expect(other.asked).toEqual([]);
});

import { expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { gitlabOfTest, projectOn } from "./support/gitlab-project.ts";

const pipeline = `
import { writeFileSync, mkdirSync } from "node:fs";
import { artifact, pipeline, registerModelStep, step } from "modelstack";

const train = step({ name: "train", outputs: { model: artifact.directory() } }, async (_, { file, tracker }) => {
  await tracker.logParams(Object.fromEntries(Array.from({ length: 50 }, (_, place) => ["p" + place, "v" + place])));
  for (let step = 0; step < 10_000; step++) tracker.logMetric("loss", 1 / (step + 1), { step });
  mkdirSync("model", { recursive: true });
  for (const name of ["a.bin", "b.bin", "c.bin"]) writeFileSync("model/" + name, name);
  return { model: { folder: "model" } };
});

export default pipeline({ name: "training" }, () => {
  const { model } = train();
  registerModelStep({ name: "doc-mednet", model });
});
`;

it("asks GitLab at most 28 times for a run with 10,000 points, 50 parameters, and a registered version of three files", async () => {
  const gitlab = await gitlabOfTest();
  const at = projectOn(gitlab, { "pipeline.ts": pipeline });

  await succeeded(stack(at.folder, ["run", "pipeline.ts"]));

  const asked = gitlab.requests.map(({ method, url }) => `${method} ${url.replace(/\?.*/, "")}`);
  // The rest, if there is one, says what is asked too often.
  expect(asked.slice(28)).toEqual([]);
  expect(asked.length).toBeGreaterThan(10);
  const shown = await json<{ version: string; params: object }>(
    stack(at.folder, ["models", "show", "doc-mednet/1.0.0", "--json"]),
  );
  expect(shown).toMatchObject({ version: "1.0.0", metrics: { loss: 1 / 10_000 } });
  expect(Object.keys(shown.params)).toHaveLength(50);
});

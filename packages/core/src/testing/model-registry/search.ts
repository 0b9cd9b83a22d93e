import { expect } from "vitest";
import type { ModelRegistry } from "../../components/model-registry.ts";
import { parseFilter } from "../../search/parse-filter.ts";
import { parseOrder } from "../../search/parse-order.ts";
import { by, inPagesOfTwo } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

async function modelsOf(registry: ModelRegistry, filter: string, order?: string): Promise<string[]> {
  const query = {
    filter: parseFilter("model", filter),
    ...(order === undefined ? {} : { orderBy: parseOrder("model", order) }),
  };
  return (await inPagesOfTwo((page) => registry.listModels({ ...query, ...page }))).map(({ name }) => name);
}

/** The descriptions of the versions that are found. */
async function versionsOf(registry: ModelRegistry, filter: string, order?: string): Promise<string[]> {
  const orderBy = order === undefined ? {} : { orderBy: parseOrder("model version", order) };
  const query = { filter: parseFilter("model version", filter), ...orderBy };
  return (await inPagesOfTwo((page) => registry.listModelVersions({ ...query, ...page }))).map(
    ({ description }) => description,
  );
}

export function searchTests({ it, capabilities }: RegistrySuite): void {
  it("finds models by name and tags", async ({ registry }) => {
    for (const [name, team] of [
      ["churn", "risk"],
      ["Churn-2", "risk"],
      ["fraud", "it's"],
    ] as const)
      await registry.registerModel({ name, tags: { team } }, by);

    expect(await modelsOf(registry, "name = 'churn'")).toEqual(["churn"]);
    expect(await modelsOf(registry, "name LIKE 'C%'")).toEqual(["Churn-2"]);
    expect(await modelsOf(registry, "name ILIKE 'C%'")).toEqual(["Churn-2", "churn"]);
    expect(await modelsOf(registry, "name IN ('fraud', 'churn', 'absent')")).toEqual(["churn", "fraud"]);
    expect(await modelsOf(registry, "name NOT IN ('fraud') AND tags.team = 'risk'")).toEqual(["Churn-2", "churn"]);
    expect(await modelsOf(registry, `tags.team = "it's"`)).toEqual(["fraud"]);
    expect(await modelsOf(registry, "tags.absent != 'x'")).toEqual([]);
  });

  it("takes models for no prompts unless they say so", async ({ registry }) => {
    await registry.registerModel({ name: "fraud" }, by);
    await registry.registerModel({ name: "greeting", tags: { "mlflow.prompt.is_prompt": "true" } }, by);

    expect(await modelsOf(registry, "tag.`mlflow.prompt.is_prompt` != 'true'")).toEqual(["fraud"]);
    expect(await modelsOf(registry, "tag.`mlflow.prompt.is_prompt` = 'true'")).toEqual(["greeting"]);
  });

  it("sorts models, in pages", async ({ registry }) => {
    for (const name of ["b", "d", "a", "c", "e"]) await registry.registerModel({ name }, by);

    expect(await modelsOf(registry, "", "name DESC")).toEqual(["e", "d", "c", "b", "a"]);
    expect(await modelsOf(registry, "name != 'c'", "name ASC")).toEqual(["a", "b", "d", "e"]);
  });

  it("finds versions by model, tracked run, tags, params and metrics", async ({ registry, register, trackedRun }) => {
    const [r1, r2] = [await trackedRun(), await trackedRun()];
    await register("churn", { description: "one", trackedRunId: r1, params: { lr: "0.1" }, metrics: { acc: 0.5 } });
    await register("churn", { description: "two", trackedRunId: r2, params: { lr: "0.2" }, metrics: { acc: 0.9 } });
    await register("fraud", { description: "three", tags: { team: "risk" }, metrics: { acc: -1e-7 } });

    expect(await versionsOf(registry, "name = 'churn'")).toEqual(["two", "one"]);
    expect(await versionsOf(registry, "name IN ('fraud')")).toEqual(["three"]);
    expect(await versionsOf(registry, `run_id = '${r1}'`)).toEqual(["one"]);
    expect(await versionsOf(registry, `run_id NOT IN ('${r1}')`)).toEqual(["two"]);
    expect(await versionsOf(registry, "tags.team LIKE 'r%'")).toEqual(["three"]);
    expect(await versionsOf(registry, "tags.`modelstack.version` != ''")).toEqual(["three", "two", "one"]);
    expect(await versionsOf(registry, "params.lr = '0.1'")).toEqual(["one"]);
    expect(await versionsOf(registry, "params.lr IS NULL")).toEqual(["three"]);
    expect(await versionsOf(registry, "metrics.acc >= 0.5")).toEqual(["two", "one"]);
    expect(await versionsOf(registry, "metrics.acc < 0")).toEqual(["three"]);
    expect(await versionsOf(registry, "metrics.absent != 0")).toEqual([]);
  });

  it("finds versions by their stage, in any case", async ({ registry, register }) => {
    const first = await register("churn", { description: "first" });
    await register("churn", { description: "second" });
    await registry.setStage("churn", first.version, "Production", by);

    expect(await versionsOf(registry, "stage = 'production'")).toEqual(["first"]);
    expect(await versionsOf(registry, "stage != 'Production'")).toEqual(["second"]);
    expect(await versionsOf(registry, "stage = 'None'")).toEqual(["second"]);
  });

  it("sorts versions by their stage, in pages", async ({ registry, register }) => {
    const stages = ["Staging", "None", "Production", "Archived", "None"] as const;
    for (const stage of stages) {
      const { version } = await register("churn", { description: stage });
      if (stage !== "None") await registry.setStage("churn", version, stage, by);
    }

    expect(await versionsOf(registry, "", "stage")).toEqual(stages.toSorted());
    expect(await versionsOf(registry, "stage != 'None'", "stage DESC")).toEqual(["Staging", "Production", "Archived"]);
  });

  it("sorts versions by a metric, those without it last, and in pages", async ({ registry, register }) => {
    for (const [description, acc] of [
      ["two", 2],
      ["none", undefined],
      ["ten", 10],
      ["also two", 2],
      ["nan", Number.NaN],
    ] as const)
      await register("churn", { description, ...(acc === undefined ? {} : { metrics: { acc } }) });

    expect(await versionsOf(registry, "", "metrics.acc")).toEqual(["also two", "two", "ten", "nan", "none"]);
    expect(await versionsOf(registry, "", "metrics.acc DESC")).toEqual(["ten", "also two", "two", "nan", "none"]);
    expect(await versionsOf(registry, "metrics.acc != 10", "metrics.acc")).toEqual(["also two", "two", "nan"]);
  });

  if (capabilities.versions === "assigned") {
    it("finds and sorts versions by their number", async ({ registry, register }) => {
      for (const description of ["one", "two", "three"]) await register("churn", { description });

      expect(await versionsOf(registry, "version_number > 1")).toEqual(["three", "two"]);
      expect(await versionsOf(registry, "version_number = '2'")).toEqual(["two"]);
      expect(await versionsOf(registry, "", "version_number")).toEqual(["one", "two", "three"]);
    });
  }
}

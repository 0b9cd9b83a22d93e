import { expect } from "vitest";
import type { ExperimentTracker } from "../../components/experiment-tracker.ts";
import { parseFilter } from "../../search/parse-filter.ts";
import { parseOrder } from "../../search/parse-order.ts";
import { by, inPagesOfTwo } from "../tools.ts";
import { moment, point, type TrackerSuite, type TrackerTools } from "./fixture.ts";

/** Runs named for what is searched for in them: the params, tags and metrics of each. */
type Wanted = Readonly<
  Record<
    string,
    {
      readonly params?: Record<string, string>;
      readonly tags?: Record<string, string>;
      readonly metrics?: Record<string, number>;
    }
  >
>;

/** Starts runs, each later than the one before. */
async function started({ tracker, start }: Pick<TrackerTools, "tracker" | "start">, wanted: Wanted): Promise<void> {
  for (const [place, [name, { params = {}, tags = {}, metrics = {} }]] of Object.entries(wanted).entries()) {
    const { id } = await start({ name, tags, startedAt: moment(place) });
    await tracker.logParams(id, params);
    await tracker.logMetrics(
      id,
      Object.entries(metrics).map(([key, value]) => point(value, 0, 0, key)),
    );
  }
  await tracker.flush();
}

async function namesOf(tracker: ExperimentTracker, filter: string, order?: string): Promise<string[]> {
  const query = {
    filter: parseFilter("run", filter),
    ...(order === undefined ? {} : { orderBy: parseOrder("run", order) }),
  };
  return (await tracker.listRuns(query)).items.map(({ name }) => name);
}

export function searchTests(suite: TrackerSuite): void {
  const { it } = suite;
  it("finds runs by the last value of a metric", async ({ tracker, start }) => {
    await started({ tracker, start }, { low: { metrics: { acc: 0.5 } }, high: { metrics: { acc: 0.9 } } });
    const [high] = (await tracker.listRuns()).items;
    await tracker.logMetrics(high!.id, [point(0.75, 1, 0, "acc"), point(0, -1, 9, "acc")]);
    await tracker.flush();

    for (const [comparison, names] of [
      ["= 0.75", ["high"]],
      ["!= 0.75", ["low"]],
      ["> 0.5", ["high"]],
      [">= 0.5", ["high", "low"]],
      ["< 0.75", ["low"]],
      ["<= 7.5e-1", ["high", "low"]],
      ["> 0.75", []],
    ] as const) {
      expect(await namesOf(tracker, `metrics.acc ${comparison}`)).toEqual(names);
    }
  });

  it("finds runs by params and tags, as they are written", async ({ tracker, start }) => {
    await started(
      { tracker, start },
      {
        tree: { params: { kind: "tree" }, tags: { kind: "Tree" } },
        Tree: { params: { kind: "Tree" }, tags: { kind: "tree" } },
        empty: { params: { kind: "" } },
      },
    );

    expect(await namesOf(tracker, "params.kind = 'tree'")).toEqual(["tree"]);
    expect(await namesOf(tracker, "tags.kind = 'tree'")).toEqual(["Tree"]);
    expect(await namesOf(tracker, "params.kind != 'tree'")).toEqual(["empty", "Tree"]);
    expect(await namesOf(tracker, "params.kind = ''")).toEqual(["empty"]);
    expect(await namesOf(tracker, "params.kind = 'tree' AND params.kind = 'Tree'")).toEqual([]);
    expect(await namesOf(tracker, "params.kind = 'tree' AND tags.kind = 'Tree'")).toEqual(["tree"]);
  });

  it("finds by no comparison what is missing", async ({ tracker, start }) => {
    await started({ tracker, start }, { bare: {}, full: { params: { a: "1" }, tags: { b: "1" }, metrics: { c: 1 } } });

    for (const filter of ["params.a != '2'", "tags.b != '2'", "metrics.c != 2", "params.a LIKE '%'"])
      expect(await namesOf(tracker, filter)).toEqual(["full"]);
  });

  it("finds runs that have a param or tag, and those that have not", async ({ tracker, start }) => {
    await started({ tracker, start }, { bare: {}, full: { params: { a: "" }, tags: { b: "" } } });

    expect(await namesOf(tracker, "params.a IS NULL")).toEqual(["bare"]);
    expect(await namesOf(tracker, "params.a IS NOT NULL")).toEqual(["full"]);
    expect(await namesOf(tracker, "tags.b IS NULL")).toEqual(["bare"]);
    expect(await namesOf(tracker, "tags.b IS NOT NULL AND params.a IS NOT NULL")).toEqual(["full"]);
  });

  it("finds runs by patterns, with LIKE in the same case and with ILIKE in any", async ({ tracker, start }) => {
    const kinds = ["tree", "TREE", "ÖL\nöl", "100%"];
    await started(
      { tracker, start },
      Object.fromEntries(kinds.map((kind) => [kind.replace("\n", " "), { params: { kind } }])),
    );

    expect(await namesOf(tracker, "params.kind LIKE 'tr%'")).toEqual(["tree"]);
    expect(await namesOf(tracker, "params.kind LIKE '_ree'")).toEqual(["tree"]);
    expect(await namesOf(tracker, "params.kind ILIKE 'T%e'")).toEqual(["TREE", "tree"]);
    expect(await namesOf(tracker, "params.kind ILIKE 'öl_Öl'")).toEqual(["ÖL öl"]);
    expect(await namesOf(tracker, "params.kind LIKE '___%'")).toEqual(["100%", "ÖL öl", "TREE", "tree"]);
    expect(await namesOf(tracker, "params.kind LIKE '%%%%%%%%%%'")).toHaveLength(4);
  });

  it("finds runs by their attributes", async ({ tracker, start }) => {
    const ids: string[] = [];
    for (const [place, name] of ["one", "two", "three"].entries())
      ids.push((await start({ name, startedAt: moment(place) })).id);
    await tracker.endRun(ids[1]!, "failed", moment(7));
    const at = moment(0).getTime();

    expect(await namesOf(tracker, `run_id = '${ids[0]}'`)).toEqual(["one"]);
    expect(await namesOf(tracker, `attributes.run_id IN ('${ids[0]}', "${ids[2]}", 'absent')`)).toEqual([
      "three",
      "one",
    ]);
    expect(await namesOf(tracker, `run_id NOT IN ('${ids[0]}')`)).toEqual(["three", "two"]);
    expect(await namesOf(tracker, "attr.run_name LIKE 't%'")).toEqual(["three", "two"]);
    expect(await namesOf(tracker, "status = 'FAILED'")).toEqual(["two"]);
    expect(await namesOf(tracker, "status != 'failed'")).toEqual(["three", "one"]);
    expect(await namesOf(tracker, `start_time > ${at}`)).toEqual(["three", "two"]);
    expect(await namesOf(tracker, `created <= ${at}`)).toEqual(["one"]);
    expect(await namesOf(tracker, `end_time = ${at + 7}`)).toEqual(["two"]);
    expect(await namesOf(tracker, "end_time != 0")).toEqual(["two"]);
  });

  it("finds runs by the data that went in, of which one has to fit", async ({ tracker, start }) => {
    const [one, two] = [
      await start({ name: "one", startedAt: moment(0) }),
      await start({ name: "two", startedAt: moment(1) }),
    ];
    await tracker.logInput(one.id, { name: "orders", digest: "abc", context: "training" });
    await tracker.logInput(two.id, { name: "orders" });
    await tracker.logInput(two.id, { name: "users", context: "test" });

    expect(await namesOf(tracker, "datasets.name = 'orders'")).toEqual(["two", "one"]);
    expect(await namesOf(tracker, "dataset.name != 'orders'")).toEqual(["two"]);
    expect(await namesOf(tracker, "datasets.digest LIKE 'a%'")).toEqual(["one"]);
    expect(await namesOf(tracker, "datasets.context IN ('test', 'validation')")).toEqual(["two"]);
    expect(await namesOf(tracker, "datasets.context NOT IN ('test')")).toEqual(["one"]);
  });

  it("takes what stands in a filter for text alone", async ({ tracker, start }) => {
    const [key, value] = ["it's", `'; DROP TABLE run; --`];
    await started({ tracker, start }, { one: { params: { [key]: value, ["__proto__"]: "x" } }, two: {} });
    const clause = { field: { kind: "param", key }, comparator: "=", value } as const;

    expect((await tracker.listRuns({ filter: [clause] })).items.map(({ name }) => name)).toEqual(["one"]);
    expect(await namesOf(tracker, "params.constructor IS NULL AND tags.__proto__ IS NULL")).toEqual(["two", "one"]);
    expect(await namesOf(tracker, "params.__proto__ = 'x'")).toEqual(["one"]);
    expect(await namesOf(tracker, "params.toString != ''")).toEqual([]);
    expect((await tracker.listRuns()).items).toHaveLength(2);
  });

  it("finds runs of an experiment by a filter", async ({ tracker, start }) => {
    const { experiment } = await start({ tags: { a: "1" } });
    await start({ tags: { a: "2" } });
    await start({ tags: { a: "1" }, experiment: "other" });

    const found = await tracker.listRuns({ experiment: experiment.id, filter: parseFilter("run", "tags.a = '1'") });

    expect(found.items.map(({ experiment: { name }, tags }) => [name, tags["a"]])).toEqual([["churn", "1"]]);
  });

  sortingTests(suite);
}

function sortingTests({ it, capabilities }: TrackerSuite): void {
  it("sorts runs by a metric, those without it last", async ({ tracker, start }) => {
    await started(
      { tracker, start },
      { none: {}, two: { metrics: { acc: 2 } }, ten: { metrics: { acc: 10 } }, minus: { metrics: { acc: -1 } } },
    );

    expect(await namesOf(tracker, "", "metrics.acc")).toEqual(["minus", "two", "ten", "none"]);
    expect(await namesOf(tracker, "", "metrics.acc DESC")).toEqual(["ten", "two", "minus", "none"]);
    expect(await namesOf(tracker, "metrics.acc < 10", "metrics.acc DESC")).toEqual(["two", "minus"]);
  });

  if (capabilities.nonFiniteMetrics) {
    it("finds NaN by != alone, and sorts it after all numbers", async ({ tracker, start }) => {
      const values = { nan: Number.NaN, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, zero: -0 };
      await started(
        { tracker, start },
        { none: {}, ...Object.fromEntries(Object.entries(values).map(([name, acc]) => [name, { metrics: { acc } }])) },
      );

      expect(await namesOf(tracker, "metrics.acc != 0")).toEqual(["high", "low", "nan"]);
      expect(await namesOf(tracker, "metrics.acc >= 0")).toEqual(["zero", "high"]);
      expect(await namesOf(tracker, "metrics.acc <= 0")).toEqual(["zero", "low"]);
      expect(await namesOf(tracker, "", "metrics.acc")).toEqual(["low", "zero", "high", "nan", "none"]);
      expect(await namesOf(tracker, "", "metrics.acc DESC")).toEqual(["high", "zero", "low", "nan", "none"]);
    });
  }

  it("sorts runs by texts and times, and by several fields", async ({ tracker, start }) => {
    await started(
      { tracker, start },
      {
        a: { params: { kind: "tree" }, tags: { place: "1" } },
        b: { params: { kind: "Tree" }, tags: { place: "2" } },
        c: { params: { kind: "tree" }, tags: { place: "10" } },
        d: {},
      },
    );

    expect(await namesOf(tracker, "", "params.kind")).toEqual(["b", "c", "a", "d"]);
    expect(await namesOf(tracker, "", "params.kind DESC, tags.place")).toEqual(["a", "c", "b", "d"]);
    expect(await namesOf(tracker, "", "start_time")).toEqual(["a", "b", "c", "d"]);
    expect(await namesOf(tracker, "", "run_name DESC")).toEqual(["d", "c", "b", "a"]);
    expect(await namesOf(tracker, "tags.place IS NOT NULL", "tags.place")).toEqual(["a", "c", "b"]);
  });

  it("gives pages of what is found in its order", async ({ tracker, start }) => {
    const values = [5, 1, 4, 1, 3, 2, 1];
    await started(
      { tracker, start },
      Object.fromEntries(values.map((acc, place) => [`${place}: ${acc}`, { metrics: { acc } }])),
    );
    const query = { filter: parseFilter("run", "metrics.acc < 5"), orderBy: parseOrder("run", "metrics.acc DESC") };

    const runs = await inPagesOfTwo((page) => tracker.listRuns({ ...query, ...page }));

    expect(runs.map(({ name }) => name)).toEqual(["2: 4", "4: 3", "5: 2", "6: 1", "3: 1", "1: 1"]);
  });

  it("finds and sorts experiments", async ({ tracker }) => {
    for (const [name, team] of [
      ["churn", "risk"],
      ["Churn 2", "risk"],
      ["fraud", "sales"],
    ] as const)
      await tracker.createExperiment({ name, tags: { team } }, by);
    const found = async (filter: string, order: string) => {
      const query = { filter: parseFilter("experiment", filter), orderBy: parseOrder("experiment", order) };
      return (await inPagesOfTwo((page) => tracker.listExperiments({ ...query, ...page }))).map(({ name }) => name);
    };

    expect(await found("tags.team = 'risk'", "name")).toEqual(["Churn 2", "churn"]);
    expect(await found("tags.team IS NOT NULL AND name != 'churn'", "name DESC")).toEqual(["fraud", "Churn 2"]);
    expect(await found("name ILIKE 'CHURN%' AND creation_time > 0", "name DESC")).toEqual(["churn", "Churn 2"]);
    expect(await found("tags.absent != 'x'", "name")).toEqual([]);
  });
}

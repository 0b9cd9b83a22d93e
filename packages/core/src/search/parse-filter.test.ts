import { describe, expect, it } from "vitest";
import type { SearchEntity } from "./filter.ts";
import { parseFilter } from "./parse-filter.ts";

const textWith = (text: string): unknown => expect.stringContaining(text);

const clause = (kind: string, key: string, comparator: string, value?: unknown) => [
  { field: { kind, key }, comparator, ...(value === undefined ? {} : { value }) },
];

describe("a filter of runs", () => {
  it.for([
    ["metrics.acc > 0.9", clause("metric", "acc", ">", 0.9)],
    ["metric.acc>=-1e-3", clause("metric", "acc", ">=", -0.001)],
    ["metrics.acc < .5", clause("metric", "acc", "<", 0.5)],
    ["metrics.acc <= 5.", clause("metric", "acc", "<=", 5)],
    ["metrics.acc != 1E5", clause("metric", "acc", "!=", 100_000)],
    ["metrics.acc = 1e999", clause("metric", "acc", "=", Number.POSITIVE_INFINITY)],
    ["metrics.val.acc > 1", clause("metric", "val.acc", ">", 1)],
    ["metrics.1a > 1", clause("metric", "1a", ">", 1)],
    ["metrics.Größe > 1", clause("metric", "Größe", ">", 1)],
    ["metrics.模型 > 1", clause("metric", "模型", ">", 1)],
    ["metrics.`a b-c/d` > 1", clause("metric", "a b-c/d", ">", 1)],
    ['metrics."a b" > 1', clause("metric", "a b", ">", 1)],
    ["tags.'a b' = 'x'", clause("tag", "a b", "=", "x")],
    ["tags.`it's \"so\"` = 'x'", clause("tag", `it's "so"`, "=", "x")],
    ["tags.mlflow.parentRunId = 'x'", clause("tag", "mlflow.parentRunId", "=", "x")],
    ["tags.__proto__ = 'x'", clause("tag", "__proto__", "=", "x")],
    ["tag.x != ''", clause("tag", "x", "!=", "")],
    ["tags.and = 'and'", clause("tag", "and", "=", "and")],
    [`params.x = "it's"`, clause("param", "x", "=", "it's")],
    [`param.x = 'say "hi" \\'`, clause("param", "x", "=", 'say "hi" \\')],
    ["parameters.x like 'a%_'", clause("param", "x", "LIKE", "a%_")],
    ["parameter.x iLike 'a%'", clause("param", "x", "ILIKE", "a%")],
    ["params.x IS NULL", clause("param", "x", "IS NULL")],
    ["tags.x is  not\n null", clause("tag", "x", "IS NOT NULL")],
    ["run_id IN ('a', \"b\")", clause("attribute", "run_id", "IN", ["a", "b"])],
    ["attributes.run_id not in('a',)", clause("attribute", "run_id", "NOT IN", ["a"])],
    ["attribute.run_name = 'x'", clause("attribute", "run_name", "=", "x")],
    ["attr.`Run name` = 'x'", clause("attribute", "run_name", "=", "x")],
    ["`run name` = 'x'", clause("attribute", "run_name", "=", "x")],
    ["run.status = 'finished'", clause("attribute", "status", "=", "FINISHED")],
    ["created >= 5", clause("attribute", "start_time", ">=", 5)],
    ["end_time < 5.5", clause("attribute", "end_time", "<", 5.5)],
    ["user_id = 'ada'", clause("attribute", "user_id", "=", "ada")],
    ["artifact_uri LIKE 's3:%'", clause("attribute", "artifact_uri", "LIKE", "s3:%")],
    ["datasets.name = 'penguins'", clause("dataset", "name", "=", "penguins")],
    ["dataset.context NOT IN ('test')", clause("dataset", "context", "NOT IN", ["test"])],
  ] as const)("is read: %s", ([text, filter]) => {
    expect(parseFilter("run", text)).toEqual(filter);
  });

  it("has clauses joined by AND in any case", () => {
    const text = " metrics.a > 1 and\tparams.b = 'and' AND tags.c LIKE 'd'\n";

    expect(parseFilter("run", text)).toEqual([
      ...clause("metric", "a", ">", 1),
      ...clause("param", "b", "=", "and"),
      ...clause("tag", "c", "LIKE", "d"),
    ]);
  });

  it("finds everything when it is empty", () => {
    expect([parseFilter("run", ""), parseFilter("run", " \n")]).toEqual([[], []]);
  });
});

describe("a filter of another entity", () => {
  it.for<[SearchEntity, string, unknown]>([
    ["experiment", "name ILIKE '%x%'", clause("attribute", "name", "ILIKE", "%x%")],
    ["experiment", "experiment_id IN ('1')", clause("attribute", "experiment_id", "IN", ["1"])],
    ["experiment", "attribute.creation_time > 5", clause("attribute", "creation_time", ">", 5)],
    ["experiment", "last_update_time > 5", clause("attribute", "last_update_time", ">", 5)],
    ["experiment", "tags.x IS NULL", clause("tag", "x", "IS NULL")],
    ["model", "name IN ('a', 'b')", clause("attribute", "name", "IN", ["a", "b"])],
    ["model", "tag.`mlflow.prompt.is_prompt` != 'true'", clause("tag", "mlflow.prompt.is_prompt", "!=", "true")],
    ["model version", "version_number >= 2", clause("attribute", "version_number", ">=", 2)],
    ["model version", "version_number = '2'", clause("attribute", "version_number", "=", 2)],
    ["model version", "run_id NOT IN ('a')", clause("attribute", "run_id", "NOT IN", ["a"])],
    ["model version", "source_path LIKE 's3:%'", clause("attribute", "source_path", "LIKE", "s3:%")],
    ["model version", "stage = 'production'", clause("attribute", "stage", "=", "PRODUCTION")],
    ["model version", "metrics.acc > 0.9", clause("metric", "acc", ">", 0.9)],
    ["model version", "params.lr IS NOT NULL", clause("param", "lr", "IS NOT NULL")],
  ])("is read: %s: %s", ([entity, text, filter]) => {
    expect(parseFilter(entity, text)).toEqual(filter);
  });
});

describe("what is no filter", () => {
  it.for<[SearchEntity, string, string, string?]>([
    ["run", "nonsense", 'character 1: a run has no attribute "nonsense"', "Known of a run: run_id, run_name, status"],
    ["run", "stauts = 'x'", 'character 1: a run has no attribute "stauts"', 'did you mean "status"?'],
    ["run", "name = 'x'", 'character 1: a run has no attribute "name"'],
    ["run", "METRICS.a > 1", 'character 1: a run has no "METRICS"', 'did you mean "metrics.KEY"?'],
    ["run", "metrik.a > 1", 'character 1: a run has no "metrik"', 'did you mean "metrics.KEY"?'],
    ["run", "__proto__.a > 1", 'character 1: a run has no "__proto__"'],
    ["run", "attributes.__proto__ = 'x'", 'character 1: a run has no attribute "__proto__"'],
    ["run", "metrics.a > 1 and datasets.nam = 'x'", 'character 19: a dataset has no "nam"', 'did you mean "name"?'],
    ["run", "metrics.a", "character 10: a comparison is expected, not the end", "metrics: =, !=, <, <=, >, >="],
    ["run", "metrics.a-b > 1", 'character 10: a comparison is expected, not "-b"', "metrics.`a b-c`"],
    ["run", "metrics. a > 1", 'character 10: a key is expected after metrics., not "a"', "backticks"],
    ["run", "metrics.a <> 1", "character 11: metrics cannot be compared by <>", "metrics: =, !="],
    ["run", "metrics.a == 1", "character 11: metrics cannot be compared by =="],
    ["run", "metrics.a IS NULL", "character 11: metrics cannot be compared by IS NULL"],
    ["run", "tags.a > 'x'", "character 8: tags cannot be compared by >", "LIKE, ILIKE"],
    ["run", "tags.a NOT LIKE 'x'", "character 8: tags cannot be compared by NOT LIKE"],
    ["run", "status IN ('FINISHED')", "character 8: status cannot be compared by IN"],
    ["run", "metrics.a BETWEEN 1 AND 2", 'character 11: a comparison is expected, not "BETWEEN"'],
    ["run", "metrics.a > '1'", "character 13: a number is expected, not \"'1'\""],
    ["run", "metrics.a > x", 'character 13: a number is expected, not "x"'],
    ["run", "metrics.a > nan", 'character 13: a number is expected, not "nan"'],
    ["run", "metrics.a > +1", 'character 13: a number is expected, not "+1"'],
    ["run", "metrics.a > 0x10", 'character 13: a number is expected, not "0x10"'],
    ["run", "metrics.a > 1.2.3", 'character 13: a number is expected, not "1.2.3"'],
    ["run", "metrics.a >", "character 12: a number is expected, not the end"],
    ["run", "params.x = 1", 'character 12: a text in quotes is expected, not "1"', `Write 'text' or "text"`],
    ["run", "params.x = `a`", 'character 12: a text in quotes is expected, not "`a`"'],
    ["run", "params.模型 = 'a", "character 13: the text that begins here has no end"],
    ["run", "params.🎉 > 'a'", "character 10: params cannot be compared by >"],
    ["run", "params.- = 'a'", "character 8: a key is expected after params."],
    ["run", "params.x = 'it''s'", "character 16: AND or the end is expected, not \"'s'\""],
    ["run", "params.x = 'a' OR params.x = 'b'", 'character 16: AND or the end is expected, not "OR"', "there is no OR"],
    ["run", "(metrics.a > 1)", 'character 1: a field is expected, not "(metrics.a"'],
    ["run", "metrics.a > 1 AND", "character 18: a field is expected, not the end"],
    ["run", "AND metrics.a > 1", 'character 1: a run has no attribute "AND"'],
    ["run", "metrics.a > 1 metrics.b > 1", 'character 15: AND or the end is expected, not "metrics.b"'],
    ["run", "metrics.a > 1 ANDmetrics.b > 1", "character 15: AND or the end is expected"],
    ["run", "run_id IN ()", 'character 12: a text in quotes is expected, not ")"'],
    ["run", "run_id IN (1)", 'character 12: a text in quotes is expected, not "1)"'],
    ["run", "run_id IN 'a'", "character 11: a list is expected, not \"'a'\"", "Write ('a', 'b')"],
    ["run", "run_id IN ('a'", "character 15: a comma or ) is expected, not the end"],
    ["run", "params.a = 'x'; DROP TABLE runs; --'", 'character 15: AND or the end is expected, not ";"'],
    ["run", "params.a = 'x' -- '", 'character 16: AND or the end is expected, not "--"'],
    ["experiment", "metrics.a > 1", 'character 1: an experiment has no "metrics"'],
    ["experiment", "name IN ('a')", "character 6: name cannot be compared by IN"],
    ["experiment", "experiment_id LIKE 'a'", "character 15: experiment_id cannot be compared by LIKE"],
    ["model", "run_id = 'a'", 'character 1: a model has no attribute "run_id"', "Known of a model: name"],
    ["model", "creation_timestamp > 1", "character 20: creation_timestamp can be sorted by, not filtered by"],
    ["model", "tags.a IS NULL", "character 8: tags cannot be compared by IS NULL"],
    ["model version", "source_path IN ('a')", "character 13: source_path cannot be compared by IN"],
    ["model version", "version_number > 'x'", "character 18: a number is expected, not \"'x'\""],
  ])("is refused with its place: %s: %s", ([entity, text, problem, hint = ""]) => {
    expect(() => parseFilter(entity, text)).toThrow(
      expect.objectContaining({
        code: "FILTER_INVALID",
        message: expect.stringContaining(`The filter is wrong at ${problem}`),
        ...(hint === "" ? {} : { hint: textWith(hint) }),
      }),
    );
  });

  it("is one line, whatever it holds", () => {
    expect(() => parseFilter("run", "tags.a = \u001b[31m\n\u0000x")).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^[\u0020-\u007e]+$/) }),
    );
  });

  it("is refused at once when it is absurdly long", () => {
    for (const text of [
      "x".repeat(1_000_000),
      `tags.a = '${"'".repeat(1_000_000)}`,
      Array.from({ length: 10_000 }, () => "metrics.a > 1").join(" AND "),
      Array.from({ length: 51 }, () => "metrics.a > 1").join(" AND "),
    ]) {
      expect(() => parseFilter("run", text)).toThrow(
        expect.objectContaining({ code: "FILTER_INVALID", message: expect.stringContaining("more than") }),
      );
    }
  });
});

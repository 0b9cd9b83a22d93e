import { describe, expect, it } from "vitest";
import type { SearchEntity } from "./filter.ts";
import { parseOrder } from "./parse-order.ts";

const term = (kind: string, key: string, descending: boolean) => ({ field: { kind, key }, descending });

describe("an order", () => {
  it.for<[SearchEntity, string, unknown[]]>([
    ["run", "metrics.acc DESC", [term("metric", "acc", true)]],
    ["run", "metrics.acc asc", [term("metric", "acc", false)]],
    ["run", "metrics.`a b`", [term("metric", "a b", false)]],
    [
      "run",
      "params.lr desc, tags.'x y' ASC, start_time",
      [term("param", "lr", true), term("tag", "x y", false), term("attribute", "start_time", false)],
    ],
    ["run", "attributes.Created  DESC", [term("attribute", "start_time", true)]],
    ["run", "metrics.desc DESC", [term("metric", "desc", true)]],
    [
      "experiment",
      "creation_time DESC, name",
      [term("attribute", "creation_time", true), term("attribute", "name", false)],
    ],
    ["model", "timestamp", [term("attribute", "last_updated_timestamp", false)]],
    ["model", "creation_timestamp DESC", [term("attribute", "creation_timestamp", true)]],
    ["model version", "version_number DESC", [term("attribute", "version_number", true)]],
    ["model version", "metrics.acc DESC", [term("metric", "acc", true)]],
  ])("is read: %s: %s", ([entity, text, order]) => {
    expect(parseOrder(entity, text)).toEqual(order);
  });

  it.for<[SearchEntity, string, string]>([
    ["run", "", "character 1: a field is expected, not the end"],
    ["run", "metrics.acc up", 'character 13: ASC, DESC, a comma or the end is expected, not "up"'],
    ["run", "metrics.acc DESC,", "character 18: a field is expected, not the end"],
    ["run", "metrics.acc, metrics.acc DESC", "character 14: the field is there already"],
    ["run", "start_time, created", "character 13: the field is there already"],
    ["run", "datasets.name", "character 1: runs are not sorted by datasets"],
    ["run", "experiment_id", 'character 1: a run has no attribute "experiment_id"'],
    ["experiment", "tags.a", "character 1: experiments are not sorted by tags"],
    ["model", "tags.a", "character 1: models are not sorted by tags"],
    ["run", Array.from({ length: 11 }, (_, i) => `metrics.m${i}`).join(), "there are more than 10 fields"],
    ["run", "start_time; DROP TABLE runs", 'character 11: ASC, DESC, a comma or the end is expected, not ";"'],
  ])("is refused with its place: %s: %s", ([entity, text, problem]) => {
    expect(() => parseOrder(entity, text)).toThrow(
      expect.objectContaining({ code: "FILTER_INVALID", message: expect.stringContaining(problem) }),
    );
  });
});

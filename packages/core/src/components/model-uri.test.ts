import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPlace, formatModelUri, parseModelUri } from "./model-uri.ts";

describe("parseModelUri", () => {
  it.each([
    ["models:/penguins/3", { name: "penguins", version: "3" }],
    ["models:/penguins/1.2.0-rc.1+b", { name: "penguins", version: "1.2.0-rc.1+b" }],
    ["models:/penguins/Production", { name: "penguins", stage: "Production" }],
    ["models:/penguins/staging", { name: "penguins", stage: "Staging" }],
    ["models:/penguins/NONE", { name: "penguins", stage: "None" }],
    ["models:/penguins/development", { name: "penguins", stage: "None" }],
    ["models:/penguins/Retired", { name: "penguins", stage: "Archived" }],
    ["models:/penguins/latest", { name: "penguins" }],
    ["models:/penguins/Latest", { name: "penguins" }],
    ["models:/penguins@champion", { name: "penguins", alias: "champion" }],
    ["models:/penguins@latest", { name: "penguins", alias: "latest" }],
    ["models:/group/penguins/3", { name: "group/penguins", version: "3" }],
    ["models:/group/penguins@champion", { name: "group/penguins", alias: "champion" }],
    ["models:/dir:penguins/3", { name: "dir:penguins", version: "3" }],
    ["models:/a@b/3", { name: "a@b", version: "3" }],
    ["models:/penguins/3?stack=team", { name: "penguins", version: "3", stack: "team" }],
    ["models:/penguins@champion?stack=a/b@c", { name: "penguins", alias: "champion", stack: "a/b@c" }],
    ["models:/penguins/latest?stack=team", { name: "penguins", stack: "team" }],
    ["models:/penguins/staging?stack=%74eam", { name: "penguins", stage: "Staging", stack: "team" }],
    [
      "models:/penguins/1.2.0?project=birds/sea",
      { name: "penguins", version: "1.2.0", place: { project: "birds/sea" } },
    ],
    [
      "models:/penguins@best?project=birds%2Fsea&stack=team",
      { name: "penguins", alias: "best", stack: "team", place: { project: "birds/sea" } },
    ],
  ])("reads %s", (uri, reference) => {
    expect(parseModelUri(uri)).toEqual(reference);
  });

  it.each([
    "penguins/3",
    "models:penguins/3",
    "models:/",
    "models:/penguins",
    "models:/penguins/",
    "models:/penguins@",
    "models:/@champion",
    "models://",
    "Models:/penguins/3",
    "models:/penguins/3#top",
    "models:/penguins?stack=team/3",
    "models:/penguins\u001b[31m/3",
    "models:/penguins/3\n",
    "",
  ])("refuses %j and says how to write one", (uri) => {
    expect(() => parseModelUri(uri)).toThrow(
      expect.objectContaining({
        code: "NAME_INVALID",
        message: `${JSON.stringify(uri)} is not a model reference.`,
        hint: expect.stringContaining("models:/NAME@ALIAS"),
      }),
    );
  });

  it.each([
    ["models:/p/1?stack=a&stack=b", 'has the key "stack" twice', 'one "stack"'],
    ["models:/p/1?project=7&project=7", 'has the key "project" twice', 'one "project"'],
    ["models:/p/1?stack=", 'has no value for "stack"', "?stack=STACK"],
    ["models:/p/1?stack", 'has no value for "stack"', "?stack=STACK"],
    ["models:/p/1?project=", 'has no value for "project"', "?KEY=VALUE"],
    ["models:/p/1?", "ends after the ?", "leave the ? out"],
  ])("refuses %j, which %s", (uri, why, hint) => {
    expect(() => parseModelUri(uri)).toThrow(
      expect.objectContaining({
        code: "NAME_INVALID",
        message: `${JSON.stringify(uri)} ${why}.`,
        hint: expect.stringContaining(hint),
      }),
    );
  });

  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/);

  it("gives back the parts that an address was made of", () => {
    fc.assert(
      fc.property(name, fc.stringMatching(/^\d{1,5}$/), name, (model, version, alias) => {
        expect(parseModelUri(`models:/${model}/${version}`)).toEqual({ name: model, version });
        expect(parseModelUri(`models:/${model}@${alias}`)).toEqual({ name: model, alias });
      }),
      { numRuns: 200 },
    );
  });
});

describe("checkPlace", () => {
  it.each([
    ["stak", [], 'did you mean "stack"?'],
    ["project", [], "Known: stack"],
    ["projekt", ["project"], 'did you mean "project"? Known: stack, project'],
    ["repo", ["project"], "Known: stack, project"],
  ])("refuses the key %s where a registry takes %j", (key, known, hint) => {
    const uri = `models:/p/1?${key}=x`;
    expect(() => checkPlace(uri, parseModelUri(uri), known)).toThrow(
      expect.objectContaining({
        code: "NAME_INVALID",
        message: `${JSON.stringify(uri)} has the unknown key ${JSON.stringify(key)}.`,
        hint: expect.stringContaining(hint),
      }),
    );
  });
});

describe("formatModelUri", () => {
  it("writes the slashes of a path as they are, and what has a meaning in a query in its escaped form", () => {
    const at = { stack: "team", place: { project: "birds/sea & shore" } };
    expect(formatModelUri("gulls", "1.0.0", at)).toBe("models:/gulls/1.0.0?stack=team&project=birds/sea%20%26%20shore");
  });

  it("writes what parseModelUri reads, whatever the values are", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((value) => value.isWellFormed() && !/#/.test(value));
    fc.assert(
      fc.property(text, text, (stack, project) => {
        const at = { stack, place: { project } };
        expect(parseModelUri(formatModelUri("gulls", "7", at))).toEqual({ name: "gulls", version: "7", ...at });
      }),
    );
  });
});

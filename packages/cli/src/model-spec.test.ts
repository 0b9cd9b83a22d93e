import { describe, expect, it } from "vitest";
import { caller, parseModelSpec } from "./model-spec.ts";

describe("parseModelSpec", () => {
  it.each([
    ["penguins", { name: "penguins" }],
    ["models:/penguins", { name: "penguins" }],
    ["penguins/3", { name: "penguins", uri: "models:/penguins/3" }],
    ["models:/penguins/3", { name: "penguins", uri: "models:/penguins/3" }],
    ["penguins/latest", { name: "penguins", uri: "models:/penguins/latest" }],
    ["penguins/PRODUCTION", { name: "penguins", uri: "models:/penguins/PRODUCTION" }],
    ["penguins@champion", { name: "penguins", uri: "models:/penguins@champion" }],
    ["birds/penguins/3", { name: "birds/penguins", uri: "models:/birds/penguins/3" }],
    ["birds/penguins@champion", { name: "birds/penguins", uri: "models:/birds/penguins@champion" }],
    ["-x", { name: "-x" }],
  ])("reads %j", (text, spec) => {
    expect(parseModelSpec(text)).toEqual(spec);
  });

  it("refuses another stack, for which commands have a flag", () => {
    expect(() => parseModelSpec("penguins/3?stack=team")).toThrow(
      expect.objectContaining({ code: "USAGE", hint: "Write penguins/3 --stack team" }),
    );
  });

  it.each(["", "models:/"])("refuses %j, which names nothing", (text) => {
    expect(() => parseModelSpec(text)).toThrow("The name of the model is empty.");
  });

  it.each(["penguins/", "/3", "@champion", "penguins@"])("refuses %j", (text) => {
    expect(() => parseModelSpec(text)).toThrow("is not a model reference");
  });
});

describe("caller", () => {
  it("is the person at the command line, with a reason if there is one", () => {
    expect(caller("better recall")).toEqual({ actor: expect.stringMatching(/./), reason: "better recall" });
    expect(caller()).not.toHaveProperty("reason");
  });
});

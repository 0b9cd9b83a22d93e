import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "./suggest.ts";

describe("nearest", () => {
  it.each([
    ["mlfow", ["local", "mlflow", "gitlab"], ["mlflow"]],
    ["LOCAL", ["local"], ["local"]],
    ["rnu", ["run", "show"], ["run"]],
    ["ab", ["xy"], []],
    ["experiment", ["experiments", "experiment"], ["experiment", "experiments"]],
    ["trakcer", ["tracker", "registry"], ["tracker"]],
    ["", ["a", "abc"], ["a"]],
  ])("finds what was meant by %j, nearest first", (word, candidates, expected) => {
    expect(nearest(word, candidates)).toEqual(expected);
  });
});

describe("didYouMean", () => {
  it("suggests the nearest and lists all", () => {
    expect(didYouMean("mlfow", ["local", "mlflow"])).toBe('did you mean "mlflow"? Known: local, mlflow');
  });

  it("lists what is known when nothing is near", () => {
    expect(didYouMean("zzz", ["local"], "Stacks")).toBe("Stacks: local");
  });

  it("says so when there is nothing", () => {
    expect(didYouMean("zzz", [])).toBe("Known: none");
  });
});

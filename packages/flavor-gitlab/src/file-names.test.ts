import { assert, pre, property, string } from "fast-check";
import { expect, it } from "vitest";
import { nameForServer, nameFromServer } from "./file-names.ts";

/** What GitLab's rules for names in packages let through. */
const TAKEN = /^[A-Za-z0-9._\-+]+(\/[A-Za-z0-9._\-+]+)*$/;

it.each([
  ["model.onnx", "model.onnx"],
  ["a=1.txt", "a+3D1.txt"],
  ["plots/roc curve.pdf", "plots/roc+20curve.pdf"],
  ["c++.txt", "c+2B+2B.txt"],
  ["é", "+C3+A9"],
  ["100%.txt", "100+25.txt"],
])("%s is kept as %s, and comes back", (path, written) => {
  expect(nameForServer(path)).toBe(written);
  expect(nameFromServer(written)).toBe(path);
});

it.each(["v1+3D", "c++.txt", "a+zz", "+FF"])("%s, another client's, stays as it is", (name) => {
  expect(nameFromServer(name)).toBe(nameForServer(nameFromServer(name)) === name ? nameFromServer(name) : name);
});

it("gives back every name that GitLab can keep", () => {
  const name = string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => text.isWellFormed());
  assert(
    property(name, (path) => {
      pre(!/^\/|\/$|\/\/|\0/.test(path));
      const written = nameForServer(path);
      expect(written).toMatch(TAKEN);
      expect(nameFromServer(written)).toBe(path);
    }),
  );
});

it("refuses a path that is too long for GitLab", () => {
  expect(() => nameForServer("é".repeat(43))).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
  expect(nameForServer("a".repeat(255))).toHaveLength(255);
});

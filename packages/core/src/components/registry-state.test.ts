import { describe, expect, it } from "vitest";
import type { RegistryChange } from "./model-registry.ts";
import { stateAfter } from "./registry-state.ts";

type Said = Partial<Pick<RegistryChange, "version" | "subject" | "from" | "to">>;

const at = new Date(0);
const change = (kind: RegistryChange["kind"], said: Said = {}): RegistryChange => ({
  id: "",
  at,
  actor: "ada",
  model: "fraud",
  kind,
  ...said,
});
const made = [
  change("created", { to: "fraud" }),
  change("created", { version: "1", to: "1" }),
  change("created", { version: "2", to: "2" }),
];

describe("stateAfter", () => {
  it("knows no model before it was made, and none that was deleted until it is restored", () => {
    const deleted = [...made, change("deleted")];
    expect(stateAfter([])).toEqual({ exists: false, versions: [] });
    expect(stateAfter(deleted)).toEqual({ exists: false, versions: [] });
    expect(stateAfter([...deleted, change("restored")])).toEqual(stateAfter(made));
  });

  it("has the versions in the order in which they were registered", () => {
    const none = { stage: "None", stages: [], aliases: [] };
    expect(stateAfter(made)).toEqual({
      exists: true,
      versions: [
        { version: "1", ...none },
        { version: "2", ...none },
      ],
    });
  });

  it("follows a version from stage to stage", () => {
    const moves = [
      ["None", "Staging"],
      ["Staging", "Production"],
    ] as const;
    const { versions } = stateAfter([
      ...made,
      ...moves.map(([from, to]) => change("stage", { version: "1", from, to })),
    ]);
    expect(versions[0]).toMatchObject({ stage: "Production", stages: ["Production"] });
  });

  it("adds and takes away stages where there are many, the last set being the version's", () => {
    const { versions } = stateAfter([
      ...made,
      change("stage", { version: "1", to: "Production" }),
      change("stage", { version: "1", to: "Archived" }),
      change("stage", { version: "1", to: "Staging" }),
      change("stage", { version: "1", from: "Archived" }),
      change("stage", { version: "1", to: "Production" }),
    ]);
    expect(versions[0]).toMatchObject({ stage: "Production", stages: ["Staging", "Production"] });
  });

  it("follows aliases from version to version until they are removed", () => {
    const moved = [
      ...made,
      change("alias", { version: "1", subject: "champion", to: "1" }),
      change("alias", { version: "1", subject: "first", to: "1" }),
      change("alias", { version: "2", subject: "champion", from: "1", to: "2" }),
    ];
    const aliases = (changes: readonly RegistryChange[]) =>
      stateAfter(changes).versions.map((version) => version.aliases);
    expect(aliases(moved)).toEqual([["first"], ["champion"]]);
    expect(aliases([...moved, change("alias", { version: "2", subject: "champion", from: "2" })])).toEqual([
      ["first"],
      [],
    ]);
  });

  it("leaves deleted versions out, and has them again with their stage once they are restored", () => {
    const staged = [...made, change("stage", { version: "1", from: "None", to: "Staging" })];
    const deleted = [...staged, change("deleted", { version: "1" })];
    expect(stateAfter(deleted).versions.map(({ version }) => version)).toEqual(["2"]);
    expect(stateAfter([...deleted, change("restored", { version: "1" })])).toEqual(stateAfter(staged));
  });
});

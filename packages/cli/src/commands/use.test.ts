import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { capturedIo } from "../captured-io.fixture.ts";
import { main } from "../main.ts";

const yaml = `# Who we are.
version: 1
active: local   # for the laptop

stacks:
  local: {}
  # the real one
  team:
    experiment_tracker: {flavor: local}
  "1.0": {}
  "true": {}
  broken:
    model_registry: { flavor: local }
`;

function using(text = yaml) {
  const folder = mkdtempDisposableSync(join(tmpdir(), "stack-use-"));
  const path = join(folder.path, "stack.yaml");
  writeFileSync(path, text);
  const use = async (...argv: string[]) => {
    const io = capturedIo({ cwd: folder.path });
    const exit = await main(["use", ...argv], io);
    return { exit, ...io.said };
  };
  return { path, use, text: () => readFileSync(path, "utf8"), [Symbol.dispose]: () => folder.remove() };
}

describe("stack use", () => {
  it("changes one word and keeps comments, order and spacing", async () => {
    using at = using();
    expect(await at.use("team")).toEqual({
      exit: 0,
      stdout: `team is now the active stack of ${at.path}\n`,
      stderr: "",
    });
    expect(at.text()).toBe(yaml.replace("active: local ", "active: team "));
  });

  it("can go back", async () => {
    using at = using();
    await at.use("team");
    await at.use("local");
    expect(at.text()).toBe(yaml);
  });

  it("keeps line ends of Windows and a byte order mark", async () => {
    const windows = `\uFEFF${yaml.replaceAll("\n", "\r\n")}`;
    using at = using(windows);
    await at.use("team");
    expect(at.text()).toBe(windows.replace("active: local ", "active: team "));
  });

  it.each(["1.0", "true"])("quotes %s, which YAML would not read as text", async (name) => {
    using at = using();
    expect(await at.use(name)).toMatchObject({ exit: 0 });
    expect(at.text()).toContain(`active: "${name}"   # for`);
    expect(await at.use(name, "--json")).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining(`"active": "${name}"`),
    });
  });

  it("refuses a stack that is not there, with those that are", async () => {
    using at = using();
    const { exit, stderr } = await at.use("taem");
    expect(exit).toBe(3);
    expect(stderr).toContain('Did you mean "team"?');
    expect(at.text()).toBe(yaml);
  });

  it("refuses a stack that could not be used", async () => {
    using at = using();
    const { exit, stderr } = await at.use("broken");
    expect(exit).toBe(2);
    expect(stderr).toContain("no experiment tracker");
    expect(at.text()).toBe(yaml);
  });
});

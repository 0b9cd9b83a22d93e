import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { openStack } from "modelstack";
import { afterAll, beforeAll, expect, it } from "vitest";
import { call, json, startStack, succeeded, type Outcome, type RunningCommand } from "./support/command.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";
import { describeWithPython, pythonWith } from "./support/python.ts";

const script = `
import importlib.metadata as metadata, os, sys
print("prefix", sys.prefix, flush=True)
name = sys.argv[1]
with open(os.environ["STACK_OUTPUT_MODEL"], "w") as file: file.write(name + " " + metadata.version(name))
`;

/** A pipeline with two steps that run a script with what \`requirements.txt\` pins; the model of the first is registered. */
const pipelineTs = pipelineFile(`
  import { pythonStep } from "modelstack";
  const ask = pythonStep({
    name: "ask", script: "ask.py", requirements: new URL("./requirements.txt", import.meta.url),
    params: z.object({ package: z.string().default("iniconfig") }), outputs: { model: artifact.file() },
    paths: { model: "model.txt" }, args: ({ params }) => [params.package],
  });
  export default pipeline({ name: "python" }, () => {
    const { model } = ask();
    registerModelStep({ name: "m", model });
    ask.named("ask-2")({ package: "pluggy" });
  });`);

const requirements = "iniconfig==2.1.0\npluggy==1.6.0\n";

function pythonProject(more: Readonly<Record<string, string>> = {}): Project {
  return project({
    "pipeline.ts": pipelineTs,
    "ask.py": script,
    "requirements.txt": requirements,
    "stack.yaml": stackFile(),
    ...more,
  });
}

/** A folder of PATH with uv and nothing else: it makes environments in a tenth of the time, so most tests have it. */
let uv: string;

/** Where nobody has told pip of an index, which would have it preferred. */
const untold = {
  PIP_INDEX_URL: "",
  PIP_EXTRA_INDEX_URL: "",
  PIP_FIND_LINKS: "",
  PIP_NO_INDEX: "",
  PIP_CONFIG_FILE: "",
};

function withUv(): Readonly<Record<string, string>> {
  return { ...untold, PATH: [uv, process.env["PATH"]].join(delimiter) };
}

function start(at: Project, env = withUv()): RunningCommand {
  return startStack(at.folder, ["run", "pipeline.ts"], { env });
}

function run(at: Project, env = withUv()): Promise<Outcome> {
  return start(at, env).ended;
}

/** The environments that were made in a project. */
function environmentsOf(at: Project): string[] {
  const folder = join(at.folder, ".stack", "cache", "python");
  return existsSync(folder) ? readdirSync(folder) : [];
}

const madeIn = (text: string) => text.match(/making the Python environment/g)?.length ?? 0;

describeWithPython("a step that runs Python", () => {
  beforeAll(async () => {
    uv = mkdtempSync(join(tmpdir(), "uv-"));
    const wanted = join(uv, "requirements.txt");
    writeFileSync(wanted, "uv==0.9.9\n");
    symlinkSync(join(dirname(await pythonWith(wanted)), "uv"), join(uv, "uv"));
    rmSync(wanted);
  });
  afterAll(() => rmSync(uv, { recursive: true }));

  it("B21 has what the file pins, in an environment that is made once for all steps and processes", async () => {
    using at = pythonProject();
    const outcomes = await Promise.all([run(at), run(at)]);
    expect(outcomes[0].stderr + outcomes[1].stderr).toMatch(/Installed 2 packages in /);
    expect(outcomes.map(({ exit, stderr }) => [exit, exit === 0 || stderr])).toEqual([
      [0, true],
      [0, true],
    ]);
    const said = outcomes.map(({ stderr }) => stderr).join("");
    expect(madeIn(said)).toBe(1);
    const [environment, ...others] = environmentsOf(at);
    expect(others).toEqual([]);
    expect(said).toContain(`prefix ${join(at.folder, ".stack", "cache", "python", environment!)}\n`);
    const again = await succeeded(run(at));
    expect(again.stderr).not.toContain("making the Python environment");
  });

  it("is told in environment.json of the model that it made, with the packages, and in what is compared", async () => {
    using at = pythonProject();
    await succeeded(run(at));
    at.write("requirements.txt", requirements.replace("2.1.0", "2.0.0"));
    await succeeded(run(at));
    await using opened = await openStack({ cwd: at.folder });
    const registry = (await opened.modelRegistry())!;
    const file = (await registry.listFiles("m", "1")).find(({ path }) => path === "environment.json")!;
    await registry.downloadFile("m", "1", file, join(at.folder, "environment.json"));
    expect(JSON.parse(at.read("environment.json"))).toMatchObject({
      runtime: { name: "node" },
      python: {
        version: expect.stringMatching(/^3\.\d+/),
        implementation: "CPython",
        packages: { iniconfig: "2.1.0", pluggy: "1.6.0" },
      },
    });
    const { stdout } = await succeeded(call(at.folder, ["models", "diff", "m", "1", "2"]));
    expect(stdout).toMatch(/packages\.python\/iniconfig +2\.1\.0 +2\.0\.0/);
    expect(stdout).not.toContain("pluggy");
  });

  it("B21 never uses an environment that was not finished", async () => {
    using at = pythonProject();
    const command = start(at);
    await command.said("making the Python environment");
    command.kill("SIGKILL");
    await command.ended;
    const { stderr } = await succeeded(run(at));
    expect(madeIn(stderr)).toBe(1);
    // One whose interpreter is gone, as after an update of the system's Python.
    const [environment] = environmentsOf(at);
    const interpreter = join(at.folder, ".stack", "cache", "python", environment!, "bin", "python");
    rmSync(interpreter);
    symlinkSync("/no/such/python", interpreter);
    expect(madeIn((await succeeded(run(at))).stderr)).toBe(1);
  });

  it("stops making one when the run is cancelled, and leaves nothing of it", async () => {
    using at = pythonProject();
    const command = start(at);
    await command.said("making the Python environment");
    command.kill("SIGINT");
    expect(await command.ended).toMatchObject({ exit: 130 });
    expect(environmentsOf(at)).toEqual([]);
  });

  it("has it made by pip where pip was told of an index, and never elsewhere than there", async () => {
    using at = pythonProject();
    const elsewhere = join(at.folder, "elsewhere");
    const odd = {
      PIP_TARGET: elsewhere,
      PIP_PREFIX: elsewhere,
      PIP_USER: "1",
      PIP_REQUIRE_VIRTUALENV: "1",
      PIP_DRY_RUN: "1",
    };
    const env = { ...withUv(), ...odd, PYTHONPATH: elsewhere, PYTHONHOME: elsewhere, PIP_FIND_LINKS: at.folder };
    const { stderr } = await succeeded(run(at, env));
    expect(stderr).toMatch(/\[ask(-2)?\] Successfully installed iniconfig-2\.1\.0 pluggy-1\.6\.0/);
    expect(existsSync(elsewhere)).toBe(false);
  });

  it("is told by pip what it could not find where it was told to look", async () => {
    using at = pythonProject({ "pipeline.ts": pipelineTs.replace(/ask\.named.*/, "") });
    const { exit, stderr } = await run(at, { ...withUv(), PIP_NO_INDEX: "1" });
    expect(exit).toBe(1);
    expect(stderr).toContain("No matching distribution found for iniconfig==2.1.0");
    expect(stderr).toContain("[PYTHON_ENVIRONMENT_FAILED]\nhelp: Does that version exist for this Python and system?");
  });

  it("B21 says which version is not there, and leaves nothing", async () => {
    using at = pythonProject({ "requirements.txt": "iniconfig==999.0\n" });
    const { exit, stderr } = await run(at);
    expect(exit).toBe(1);
    expect(stderr).toMatch(
      /error: Step ask(-2)? failed: The Python environment of \/.*\/requirements\.txt could not be made: /,
    );
    expect(stderr).toContain("there is no version of iniconfig==999.0");
    expect(stderr).toContain("help: Does that version exist for this Python and system?");
    expect(environmentsOf(at)).toEqual([]);
  });

  it.each([
    [
      "what is not pinned",
      { "requirements.txt": "iniconfig>=2\n" },
      /requirements\.txt:1: "iniconfig>=2" is not pinned to one version\. \[REQUIREMENTS_INVALID\]/,
    ],
    [
      "a file that is not there",
      { "pipeline.ts": pipelineTs.replace("./requirements.txt", "./none.txt") },
      /The requirements file \/.*\/none\.txt cannot be read\. \[FILE_NOT_FOUND\]/,
    ],
    [
      "a Python that is not there",
      { "pipeline.ts": pipelineTs.replace("script:", 'python: "python3.0", script:') },
      /python3\.0 was not found in PATH\. \[PROGRAM_NOT_FOUND\]\nhelp: Install Python \(Debian/,
    ],
    [
      "what is no Python",
      { "pipeline.ts": pipelineTs.replace("script:", 'python: "false", script:') },
      /false is no Python that could be used/,
    ],
  ])("B21 refuses %s", async (_what, files, message) => {
    using at = pythonProject(files);
    const { exit, stderr } = await run(at);
    expect(exit).toBe(1);
    expect(stderr).toMatch(message);
  });

  it("runs without requirements on what is installed, and says what that is", async () => {
    using at = pythonProject({
      "pipeline.ts": pipelineTs
        .replace(/requirements: .*\)/, "variables: {}")
        .replace(/ask\.named.*/, "")
        .replace("iniconfig", "pip"),
    });
    const { stderr } = await succeeded(run(at));
    expect(stderr).not.toContain("making the Python environment");
    const [version] = await json<{ version: string }[]>(call(at.folder, ["models", "versions", "m", "--json"]));
    expect(version!.version).toBe("1");
  });
});

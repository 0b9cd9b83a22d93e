import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAlive, thisProcess } from "@modelstack/core";
import { call, json, stack, startStack, succeeded } from "../support/command.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";
import { traceOf } from "../support/refusals.ts";

const MIB = 1024 * 1024;

/** A pipeline whose step `fit` runs these words, and whose step `after` needs it; both expressions of TypeScript. */
function running(command: string, more = ""): string {
  return pipelineFile(`
    import { commandStep } from "modelstack";
    const fit = commandStep({ name: "fit", outputs: { done: artifact.text() }, command: ${command}, ${more} });
    const after = step({ name: "after", inputs: { done: artifact.text() } }, () => {});
    export default pipeline({ name: "programs" }, () => { after(fit()); });`);
}

/** The command that runs this script of a shell. */
const sh = (script: string) => JSON.stringify(["sh", "-c", script]);

const done = 'printf done > "$STACK_OUTPUT_DONE"';

/** The log of the only attempt of `fit`, as it is. */
function logOf(at: Project): Buffer {
  const logs = join(at.folder, ".stack", "logs");
  const [run] = readdirSync(logs);
  const file = readdirSync(join(logs, run!)).find((name) => name.startsWith("fit."));
  return readFileSync(join(logs, run!, file!));
}

function isThere(pid: number): boolean {
  return isAlive({ ...thisProcess(), pid, startedAt: "" }) === true;
}

/** The numbers of the processes that the programs have written down. */
function pidsIn(at: Project): number[] {
  return at.read("pids").trim().split("\n").map(Number);
}

async function gone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isThere), { timeout: 30_000 }).toEqual([]);
}

describe("a run of which a program", () => {
  interface Fault {
    readonly name: string;
    readonly command: string;
    readonly more?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly code: string;
    readonly says: readonly (string | RegExp)[];
  }
  const faults: readonly Fault[] = [
    {
      name: "B11 is missing",
      command: '["python3", "train.py"]',
      env: { PATH: "/no/programs" },
      code: "PROGRAM_NOT_FOUND",
      says: [
        "python3 was not found in PATH.",
        "help: Install Python (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python; else python.org), or give its path instead of its name. PATH is /no/programs",
      ],
    },
    {
      name: "B11 is not where it is said to be",
      command: '["./train.sh"]',
      code: "PROGRAM_NOT_FOUND",
      says: ["There is no program ./train.sh.", "a relative one starts at the folder that the program is run in"],
    },
    {
      name: "B12 ends with an exit code, after 30 lines of which the last 20 are shown",
      command: sh("seq 1 30 >&2; exit 3"),
      code: "PROGRAM_FAILED",
      says: [
        /Step fit failed: sh ended with exit code 3\. The end of its stderr:\n {2}\| 11\n/,
        /\| 30 \[PROGRAM_FAILED\]/,
        "stack runs logs",
      ],
    },
    {
      name: "B12 ends with 137, as when memory runs out in a container",
      command: sh("exit 137"),
      code: "PROGRAM_FAILED",
      says: ["sh ended with exit code 137.", "Most often that is the system, when memory runs out"],
    },
    {
      name: "B12 ends by a signal",
      command: sh("kill -s SEGV $$"),
      code: "PROGRAM_FAILED",
      says: ["Step fit failed: sh was ended by SIGSEGV."],
    },
    {
      name: "B12 says what is no UTF-8, and what steers a terminal",
      command: sh("printf 'bad \\377\\376 \\033[31mred\\033[0m \\007\\n' >&2; exit 1"),
      code: "PROGRAM_FAILED",
      says: ["  | bad \u{fffd}\u{fffd} red \u{fffd} [PROGRAM_FAILED]"],
    },
    {
      name: "B20 takes too long",
      command: sh("echo slow >&2; sleep 600"),
      more: "timeout: 0.3,",
      code: "STEP_TIMED_OUT",
      says: [
        "Step fit took longer than 0.3 s, and was ended. The end of its stderr:\n  | slow",
        'Give it more time with "timeout"',
      ],
    },
    {
      name: "B04 leaves no output",
      command: sh("true"),
      code: "OUTPUT_MISSING",
      says: [/Step fit left nothing at \/.*\/outputs\/done\.txt for its output "done"\./, "STACK_OUTPUT_DONE"],
    },
  ];

  for (const { name, command, more, env = {}, code, says } of faults) {
    it(name, async () => {
      using at = project({ "pipeline.ts": running(command, more) });
      const { exit, stdout, stderr } = await stack(at.folder, ["run", "pipeline.ts"], { env });
      expect(exit).toBe(1);
      expect(stdout).toMatch(/^failed in /);
      expect(stderr.match(/^error: /gm)).toHaveLength(1);
      expect(stderr).toContain(`[${code}]`);
      for (const text of says) expect(stderr).toMatch(text);
      expect(traceOf(stderr)).toEqual([]);
      const { steps } = await json<{ steps: { status: string }[] }>(
        call(at.folder, ["runs", "show", "latest", "--json"]),
      );
      expect(steps.map(({ status }) => status)).toEqual(["failed", "skipped"]);
    });

    it(`${name}, as JSON`, async () => {
      using at = project({ "pipeline.ts": running(command, more) });
      const { exit, stdout, stderr } = await stack(at.folder, ["run", "pipeline.ts", "--json"], { env });
      expect(exit).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ status: "failed", cause: "fit" });
      expect(JSON.parse(stderr.trimEnd().split("\n").at(-1)!)).toMatchObject({ error: { code } });
    });
  }

  it("B12 says bytes that are no UTF-8 keeps them in its log", async () => {
    using at = project({ "pipeline.ts": running(sh(`printf 'bad \\377\\376\\n'; ${done}`)) });
    await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    expect(logOf(at).includes(Buffer.from([...Buffer.from("\nbad "), 0xff, 0xfe, 10]))).toBe(true);
  });

  it("B13 leaves another one running goes on without it, and ends it", async () => {
    using at = project({ "pipeline.ts": running(sh(`sleep 600 & echo $! > pids; ${done}`)) });
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject({ exit: 0 });
    await gone(pidsIn(at));
  });

  it("B07 prints 2 GiB finishes in little memory, with a log that is cut and says so", async () => {
    const line = "all work and no play makes a dull log ".repeat(3);
    const code = `
      const loud = commandStep({ name: "fit", command: ["sh", "-c", "yes '${line}' | head -c 2147483648"] });
      const memory = step({ name: "memory" }, () => writeFileSync("memory.txt", String(process.resourceUsage().maxRSS)));`;
    using at = project({
      "pipeline.ts": `${running(sh("true")).split("const fit")[0]} import { writeFileSync } from "node:fs"; ${code}
        export default pipeline({ name: "loud" }, () => { loud(); memory(); });`,
      "stack.yaml": "version: 1\nactive: one\nstacks:\n  one:\n    orchestrator: { flavor: local, concurrency: 1 }\n",
    });
    const { stderr } = await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    expect(Number(at.read("memory.txt")) * 1024).toBeLessThan(400 * MIB);
    const log = logOf(at);
    expect(log.byteLength).toBeLessThan(17 * MIB);
    const note = /\[the log is full at 16777216 bytes; (\d+) more were dropped\]\n$/.exec(
      log.subarray(-200).toString(),
    );
    expect(Number(note?.[1])).toBeGreaterThan(2 ** 31 - 17 * MIB);
    expect(stderr.length).toBeLessThan(32 * MIB);
  });
});

describe("a program that runs when the run is cancelled", () => {
  // The log shows the script, too: what is waited for must not stand in it as it is printed.
  const waiting = "printf 'wait%s\\n' ing";
  const asked = "printf 'ask%s\\n' ed";
  // A program with another one; both write down who they are, and which signals they get.
  const busy = `
    trap 'echo INT >> signals' INT
    trap 'echo TERM >> signals; exit 1' TERM
    sleep 600 & echo $! > pids
    echo $$ >> pids
    ${waiting}
    while :; do wait; done`;

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("H-b is asked to end by %s, once, and nothing is left of it", async (signal, exit) => {
    using at = project({ "pipeline.ts": running(sh(busy)) });
    const command = startStack(at.folder, ["run", "pipeline.ts"]);
    await command.said("waiting");
    command.kill(signal);
    expect(await command.ended).toMatchObject({ exit, stderr: expect.stringContaining("[RUN_CANCELLED]") });
    expect(pidsIn(at).filter(isThere)).toEqual([]);
    expect(at.read("signals")).toBe("TERM\n");
    const { steps } = await json<{ steps: { status: string }[] }>(
      call(at.folder, ["runs", "show", "latest", "--json"]),
    );
    expect(steps.map(({ status }) => status)).toEqual(["cancelled", "skipped"]);
  });

  it("H-b is not reached by the Ctrl-C of a terminal, which goes to all that is in the foreground", async () => {
    using at = project({ "pipeline.ts": running(sh(busy)) });
    const command = startStack(at.folder, ["run", "pipeline.ts"], { group: true });
    await command.said("waiting");
    command.kill("SIGINT");
    expect(await command.ended).toMatchObject({ exit: 130 });
    expect(at.read("signals")).toBe("TERM\n");
    expect(pidsIn(at).filter(isThere)).toEqual([]);
  });

  const stubborn = (onTerm: string) =>
    sh(`trap "${onTerm}" TERM; echo $$ > pids; ${waiting}; while :; do sleep 600; done`);

  it("H-b is ended when it does not end by itself in its time", async () => {
    using at = project({ "pipeline.ts": running(stubborn(":"), "grace: 0.2,") });
    const command = startStack(at.folder, ["run", "pipeline.ts"]);
    await command.said("waiting");
    command.kill("SIGTERM");
    expect(await command.ended).toMatchObject({ exit: 143 });
    expect(pidsIn(at).filter(isThere)).toEqual([]);
  });

  it("H-b is ended at once by a second SIGINT", async () => {
    using at = project({ "pipeline.ts": running(stubborn(asked), "grace: 600,") });
    const command = startStack(at.folder, ["run", "pipeline.ts"]);
    await command.said("waiting");
    command.kill("SIGINT");
    await command.said("asked");
    command.kill("SIGINT");
    expect(await command.ended).toMatchObject({ exit: 130 });
    await gone(pidsIn(at));
  });

  it.runIf(process.platform !== "win32")("H-b is ended though the runner was killed and could do nothing", async () => {
    using at = project({ "pipeline.ts": running(sh(busy)) });
    const command = startStack(at.folder, ["run", "pipeline.ts"]);
    await command.said("waiting");
    command.kill("SIGKILL");
    expect(await command.ended).toMatchObject({ exit: "SIGKILL" });
    await gone(pidsIn(at));
  });
});

describe("a secret of a program", () => {
  const token = "hunter3-abcdef-0123456789";

  it("J01 J04 is given to it, and is in no output, log, command line or file of the state", async () => {
    const script = `tr '\\0' '\\n' < /proc/$PPID/cmdline > cmdlines; tr '\\0' '\\n' < /proc/$$/cmdline >> cmdlines
      echo "out $TOKEN"; echo "err $TOKEN" >&2; printf %s "$TOKEN" | wc -c > size; exit 1`;
    using at = project({
      "pipeline.ts": running(sh(script), 'secrets: { TOKEN: "${env:API_KEY}" },'),
      "stack.yaml": "version: 1\nactive: one\nstacks:\n  one:\n    experiment_tracker: { flavor: local }\n",
      ".env": `API_KEY=${token}\n`,
    });
    const { exit, stdout, stderr } = await stack(at.folder, ["run", "pipeline.ts", "--debug"]);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/\| err \*\*\*/);
    expect(Number(at.read("size"))).toBe(token.length);
    expect(logOf(at).toString()).toContain("out ***\n");
    const state = readdirSync(join(at.folder, ".stack"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
    for (const text of [stdout, stderr, at.read("cmdlines"), ...state]) expect(text.includes(token)).toBe(false);
  });

  it("is wanted before anything runs", async () => {
    using at = project({ "pipeline.ts": running(sh(done), 'secrets: ["API_KEY"],') });
    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts"]);
    expect(exit).toBe(2);
    expect(stderr).toContain(
      "error: Step fit needs the environment variable API_KEY, which is not set. [ENV_MISSING]\nhelp: Set it (export API_KEY=…)",
    );
    expect(at.has(".stack")).toBe(false);
  });
});

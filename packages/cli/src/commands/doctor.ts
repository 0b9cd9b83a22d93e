import { exitCodeOf, maskSecrets, openStackOf, type Project } from "@modelstack/core/stack";
import { print, project, type Context, type StackFlags } from "../context.ts";
import { checkComponents } from "../doctor/components.ts";
import { checkConfiguration } from "../doctor/configuration.ts";
import { checkFiles } from "../doctor/files.ts";
import { failed, type Finding } from "../doctor/finding.ts";
import { checkPrograms } from "../doctor/programs.ts";
import { styler } from "../render/style.ts";
import { visible } from "../render/visible.ts";
import { wrapped } from "../render/wrapped.ts";

export interface Flags extends StackFlags {
  readonly deep: boolean;
}

/** Looks at everything that a run needs, each by itself: what is wrong with one does not keep it from looking at the others. */
export default async function doctor(this: Context, flags: Flags): Promise<void> {
  const findings = await checkPrograms(this.io.env);
  let opened: Project | undefined;
  try {
    opened = await project(this, flags);
  } catch (error) {
    findings.push(failed("stack.yaml", error));
  }
  if (opened !== undefined) {
    findings.push(...(await checkConfiguration(opened)), ...(await checkFiles(opened)));
    findings.push(...(await checkOpen(opened, flags.stack ?? this.io.env["STACK_NAME"], flags.deep)));
  }
  const shown = findings.map(masked);
  print(this, flags, shown, () => report(this, shown));
  if (findings.some(({ status }) => status === "fail")) this.exitCode = exitCodeOf("integrity");
}

async function checkOpen(opened: Project, name: string | undefined, deep: boolean): Promise<Finding[]> {
  try {
    await using stack = await openStackOf(opened, name);
    return await checkComponents(stack, deep);
  } catch (error) {
    // A stack of stack.yaml that cannot be opened has said so already.
    return name === undefined || opened.file.stacks.has(name) ? [] : [failed(`stack ${name}`, error)];
  }
}

/** Components may quote what they were given. */
function masked(finding: Finding): Finding {
  const { message, fix } = finding;
  return { ...finding, message: maskSecrets(message), ...(fix === undefined ? {} : { fix: maskSecrets(fix) }) };
}

const colours = { ok: "green", warn: "yellow", fail: "red" } as const;

function report({ io }: Context, findings: readonly Finding[]): string {
  const style = styler(io, io.stdout);
  const width = Math.max(...findings.map(({ name }) => name.length));
  const indent = " ".repeat(width + 8);
  const beside = (text: string) =>
    wrapped(visible(text), (io.stdout.columns ?? Number.POSITIVE_INFINITY) - indent.length, indent);
  return findings
    .flatMap(({ status, name, message, fix, code }) => [
      `${style(colours[status], status.padEnd(4))}  ${name.padEnd(width)}  ${beside(`${message}${code === undefined ? "" : ` [${code}]`}`)}`,
      ...(fix ?? "").split("\n").flatMap((line) => (line === "" ? [] : `${indent}${beside(`fix: ${line}`)}`)),
    ])
    .join("\n");
}

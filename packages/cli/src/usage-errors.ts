import { isStackError, looksSecret, nearest, StackError } from "@modelstack/core/base";
import {
  AliasNotFoundError,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
  type ApplicationText,
} from "@stricli/core";

/**
 * The parser's texts, with every error as one of ours. `usage` says how the command at hand is called, `heading` what its help begins with.
 */
export function usageErrors(show: (error: unknown) => string, usage: string, heading: string): ApplicationText {
  return {
    ...text_en,
    headers: { ...text_en.headers, usage: heading },
    exceptionWhileRunningCommand: show,
    exceptionWhileLoadingCommandFunction: show,
    exceptionWhileLoadingCommandContext: show,
    commandErrorResult: show,
    exceptionWhileParsingArguments: (error) => show(argumentError(error, usage)),
    noCommandRegisteredForInput: ({ input, corrections }) => show(unknownCommand(input, corrections, usage)),
  };
}

function unknownCommand(input: string, corrections: readonly string[], usage: string): StackError {
  if (input.startsWith("-")) return new StackError("USAGE", `A command is expected before ${input}.`, { hint: usage });
  // The parser suggests words that are far off, in backticks.
  const near = nearest(
    input,
    corrections.map((word) => word.replaceAll("`", "")),
  );
  return new StackError("USAGE", `There is no command "${input}".`, {
    hint: near.length > 0 ? `Did you mean ${near.map((word) => `"${word}"`).join(" or ")}?` : `${usage} lists them.`,
  });
}

function argumentError(error: unknown, line: string): StackError {
  if (isStackError(error)) return error;
  const usage = (message: string, hint?: string) =>
    new StackError("USAGE", message, { hint: `${hint === undefined ? "" : `${hint}\n  `}${line}`, cause: error });
  if (error instanceof FlagNotFoundError) return usage(`There is no flag --${error.input}.`, flagHint(error));
  if (error instanceof AliasNotFoundError) return usage(`There is no flag -${error.input}.`);
  if (error instanceof ArgumentParseError) {
    const why = error.exception instanceof Error ? error.exception.message : String(error.exception);
    return usage(`${nameOf(error.externalFlagNameOrPlaceholder)}: ${why.replace(/\.$/, "")}.`);
  }
  if (error instanceof EnumValidationError) {
    return usage(
      `--${error.externalFlagName}: there is no ${JSON.stringify(error.input)}.`,
      `It is one of: ${error.values.join(", ")}.`,
    );
  }
  if (error instanceof UnsatisfiedFlagError) return usage(`--${error.externalFlagName} needs a value.`);
  if (error instanceof UnexpectedFlagError)
    return usage(`--${error.externalFlagName} is given twice: ${error.previousInput}, ${error.input}.`);
  if (error instanceof UnsatisfiedPositionalError) return usage(`${error.placeholder} is missing.`);
  if (error instanceof UnexpectedPositionalError)
    return usage(`There is one argument too many: ${JSON.stringify(error.input)}.`);
  return usage(error instanceof Error ? error.message : String(error));
}

function flagHint({ input, corrections }: FlagNotFoundError): string | undefined {
  if (looksSecret(input))
    return "Secrets are not taken as arguments, which others can read: put them into the environment, ${env:NAME} in stack.yaml.";
  const [near] = nearest(input, corrections);
  return near === undefined ? undefined : `Did you mean --${near}?`;
}

/** Placeholders of positional arguments are in capitals, flags are not. */
function nameOf(flagOrPlaceholder: string): string {
  return /^[A-Z]/.test(flagOrPlaceholder) ? flagOrPlaceholder : `--${flagOrPlaceholder}`;
}

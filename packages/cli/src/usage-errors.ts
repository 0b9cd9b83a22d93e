import { isStackError, StackError } from "@modelstack/core/base";
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

/** The parser's texts, with every error as one of ours. */
export function usageErrors(show: (error: unknown) => string): ApplicationText {
  return {
    ...text_en,
    exceptionWhileRunningCommand: show,
    exceptionWhileLoadingCommandFunction: show,
    exceptionWhileLoadingCommandContext: show,
    commandErrorResult: show,
    exceptionWhileParsingArguments: (error) => show(argumentError(error)),
    noCommandRegisteredForInput: ({ input, corrections }) =>
      show(
        new StackError("USAGE", `There is no command "${input}".`, {
          hint:
            corrections.length > 0
              ? `Did you mean ${corrections.map((word) => `"${word.replaceAll("`", "")}"`).join(" or ")}?`
              : "stack --help lists them.",
        }),
      ),
  };
}

function argumentError(error: unknown): StackError {
  if (isStackError(error)) return error;
  const usage = (message: string, hint = "See --help of this command.") =>
    new StackError("USAGE", message, { hint, cause: error });
  if (error instanceof FlagNotFoundError) {
    const [near] = error.corrections;
    return usage(`There is no flag --${error.input}.`, near === undefined ? undefined : `Did you mean --${near}?`);
  }
  if (error instanceof AliasNotFoundError) return usage(`There is no flag -${error.input}.`);
  if (error instanceof ArgumentParseError) {
    const why = error.exception instanceof Error ? error.exception.message : String(error.exception);
    return usage(`${nameOf(error.externalFlagNameOrPlaceholder)}: ${why}.`);
  }
  if (error instanceof EnumValidationError) {
    return usage(
      `--${error.externalFlagName}: there is no ${JSON.stringify(error.input)}.`,
      `It is one of: ${error.values.join(", ")}.`,
    );
  }
  if (error instanceof UnsatisfiedFlagError) return usage(`--${error.externalFlagName} needs a value.`);
  if (error instanceof UnexpectedFlagError) return usage(error.message);
  if (error instanceof UnsatisfiedPositionalError) return usage(`${error.placeholder} is missing.`);
  if (error instanceof UnexpectedPositionalError)
    return usage(`There is one argument too many: ${JSON.stringify(error.input)}.`);
  return usage(error instanceof Error ? error.message : String(error));
}

/** Placeholders of positional arguments are in capitals, flags are not. */
function nameOf(flagOrPlaceholder: string): string {
  return /^[A-Z]/.test(flagOrPlaceholder) ? flagOrPlaceholder : `--${flagOrPlaceholder}`;
}

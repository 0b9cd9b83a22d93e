/** Secrets in the environment of every test and of every command that a test calls. Nothing may ever say one of them. */
export const plantedVariables = {
  PLANTED_TOKEN: "planted-token-7f3c9a51e2",
  PLANTED_PASSWORD: "planted password: §7f3c9a51e2",
} as const;

/** What tests put on purpose into stack.yaml, arguments, errors and what steps print. It must not get any further. */
export const plantedByTests = ["hunter2-abcdef-0123456789", "correct-horse-battery", "inline-secret-987"] as const;

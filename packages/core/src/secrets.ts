const secrets = new Set<string>();

/** Makes a value known as a secret: from now on {@link maskSecrets} hides it. Values under 6 characters would hide ordinary text. */
export function registerSecret(value: string): void {
  if (value.length >= 6) secrets.add(value);
}

const MASK = "***";
// Tokens with a well-known form are hidden even if nobody registered them.
const KNOWN_FORMS =
  /\b(glpat-[\w-]{10,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|xox[abp]-[\w-]{10,}|npm_\w{20,})/g;
// Up to the last @ before the path. It begins at the slashes: a scheme before them would be tried at every letter of a text.
const PASSWORD = /:\/\/[^\s/?#"<>:@]*:[^\s/?#"<>@]+@/;
const USERINFO = /:\/\/[^\s/?#"<>]*@/g;
// `name=value`, `name: value`, `"name": "value"`.
const ASSIGNED = /([\w.-]{1,80})(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s"',}]+)/g;

/** Whether the name of a key, flag or variable says that its value is a secret: `apiToken`, `DB_PASSWORD`, but not `max_tokens`. */
export function looksSecret(name: string): boolean {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return /(^|[^a-z])(token|secret|password|passwd|passphrase|credentials?|api[-_]?key|private[-_]?key)([^a-z]|$)/.test(
    words,
  );
}

/** The text with registered secrets, tokens of known forms and passwords in URLs replaced by `***`. */
export function maskSecrets(text: string): string {
  let masked = text;
  // The longest first: a shorter one inside it would leave its rest in sight.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(secret, MASK);
  return masked.replaceAll(KNOWN_FORMS, MASK).replaceAll(USERINFO, `://${MASK}@`);
}

/** Whether a text, or one inside a list or mapping, holds a registered secret, a token of a known form or a password in a URL. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsSecret);
  if (typeof value !== "string") return false;
  return (
    secrets.values().some((secret) => value.includes(secret)) || value.search(KNOWN_FORMS) >= 0 || PASSWORD.test(value)
  );
}

/** A command line as it may be stored: {@link maskSecrets}, and the value after anything called token, password and the like. */
export function maskCommand(argv: readonly string[]): string[] {
  return argv.map((word, i) => {
    const before = argv[i - 1] ?? "";
    if (before.startsWith("-") && !before.includes("=") && looksSecret(before)) return MASK;
    const masked = word.replaceAll(ASSIGNED, (whole, name: string, sign: string) =>
      looksSecret(name) ? name + sign + MASK : whole,
    );
    return maskSecrets(masked);
  });
}

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
const ASSIGNED =
  /((?:^|[\s"'-])[\w-]{0,60}(?:token|secret|password|passwd|api[_-]?key)[\w-]{0,60}(?:=|\s+|:\s*))("[^"]*"|'[^']*'|[^\s"',]+)/gi;

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
    const before = argv[i - 1];
    const named = before !== undefined && /^--?[\w-]*(token|secret|password|passwd|api-?key)[\w-]*$/i.test(before);
    return named ? MASK : maskSecrets(word.replaceAll(ASSIGNED, `$1${MASK}`));
  });
}

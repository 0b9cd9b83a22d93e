import { isUtf8 } from "node:buffer";

const secrets = new Set<string>();

/**
 * Makes a value known as a secret: from now on {@link maskSecrets} hides it. Values under 6 characters would hide ordinary text. White space
 * around it is no part of it: whoever reads `TOKEN="$(cat file)"` may cut it off.
 */
export function registerSecret(value: string): void {
  const secret = value.trim();
  if (secret.length >= 6) secrets.add(secret);
}

/** A shorter one that is inside a longer one would leave its rest in sight. */
function longestFirst(): string[] {
  return [...secrets].sort((a, b) => b.length - a.length);
}

const MASK = "***";
// Tokens with a well-known form are hidden even if nobody registered them.
const KNOWN_FORMS =
  /\b(glpat-[\w-]{10,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|xox[abp]-[\w-]{10,}|npm_\w{20,})/g;
// Up to the last @ before the path. It begins at the slashes: a scheme before them would be tried at every letter of a text.
const PASSWORD = /:\/\/[^\s/?#"<>:@]*:[^\s/?#"<>@]+@/;
const USERINFO = /:\/\/[^\s/?#"<>]*@/g;
const ADDRESS = /:\/\/[^\s"<>]*/g;
const QUERY = /([?&][\w.-]{1,80}=)[^&#\s"'<>]+/g;
// `name=value`, `name: value`, `"name": "value"`.
const ASSIGNED = /([\w.-]{1,80})(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s"',}]+)/g;

const SECRET_NAME =
  /(^|[^a-z])(token|secret|password|passwd|passphrase|credentials?|api[-_]?key|private[-_]?key)([^a-z]|$)/;
const FILE_NAME = /[^a-z](file|path)$/;

/** Whether the name of a key, flag or variable says that its value is a secret: `apiToken`, `DB_PASSWORD`, but not `max_tokens`. */
export function looksSecret(name: string): boolean {
  const words = wordsOf(name);
  return SECRET_NAME.test(words) && !FILE_NAME.test(words);
}

/** Whether the name of a key says that its value is the path of a file with a secret: `token_file`. */
export function looksSecretFile(name: string): boolean {
  const words = wordsOf(name);
  return SECRET_NAME.test(words) && FILE_NAME.test(words);
}

function wordsOf(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** The text with registered secrets, tokens of known forms, and in URLs passwords and what the query calls a secret replaced by `***`. */
export function maskSecrets(text: string): string {
  let masked = text;
  for (const secret of longestFirst()) masked = masked.replaceAll(secret, MASK);
  return masked.replaceAll(KNOWN_FORMS, MASK).replaceAll(ADDRESS, maskAddress);
}

/** {@link maskSecrets} for bytes, which stay as they are where nothing is hidden, though they be no UTF-8. */
export function maskBytes(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) {
    const text = buffer.toString();
    const masked = maskSecrets(text);
    return masked === text ? bytes : Buffer.from(masked);
  }
  // One character a byte. Registered secrets are hidden as the bytes that they are in UTF-8.
  let text = buffer.toString("latin1");
  for (const secret of longestFirst()) text = text.replaceAll(Buffer.from(secret).toString("latin1"), MASK);
  return Buffer.from(maskSecrets(text), "latin1");
}

function maskAddress(address: string): string {
  return maskQuery(address.replaceAll(USERINFO, `://${MASK}@`));
}

function maskQuery(address: string): string {
  return address.replaceAll(QUERY, (whole, key: string) => (looksSecret(key) ? key + MASK : whole));
}

// How KNOWN_FORMS begin, and how far back a token or an address is looked for that the end of a text may have cut in two.
const FORM_STARTS = /^(?:glpat-|gh[pousr]_|github_pat_|AKIA|xox[abp]-|npm_)/;
const FORM_PARTS = [
  "glpat-",
  "ghp_",
  "gho_",
  "ghu_",
  "ghs_",
  "ghr_",
  "github_pat_",
  "AKIA",
  "xoxa-",
  "xoxb-",
  "xoxp-",
  "npm_",
];
const LONGEST_FORM = 4096;

/**
 * Where a text has to be cut so that nothing before it is a part of a secret that goes on after the text's end: its length, when its end is
 * the beginning of none.
 */
export function undecidedFrom(text: string): number {
  const covered = withSecretsCovered(text);
  let cut = Math.min(text.length, startOfForm(covered), startOfAddress(covered));
  for (const secret of secrets) cut = Math.min(cut, startOfRest(text, secret));
  if (cut === text.length) return cut;
  // A whole secret that the cut would go through is held back, too: each half of it would not be known as one.
  for (const [start, end] of wholeSecretsIn(text, covered)) if (start < cut && end > cut) cut = start;
  return cut;
}

/**
 * The text with as many stars as they have characters in place of registered secrets, as {@link maskSecrets} hides them before it looks for
 * tokens and addresses: one with a space in it ends no address.
 */
function withSecretsCovered(text: string): string {
  let covered = text;
  for (const secret of longestFirst()) covered = covered.replaceAll(secret, "*".repeat(secret.length));
  return covered;
}

/** Where the text's end begins to be the beginning of `secret`. */
function startOfRest(text: string, secret: string): number {
  for (let at = Math.max(0, text.length - secret.length + 1); ; at++) {
    at = text.indexOf(secret[0]!, at);
    if (at < 0) return text.length;
    if (secret.startsWith(text.slice(at))) return at;
  }
}

/** Where a token of a known form stands that may go on after the text's end. */
function startOfForm(text: string): number {
  const floor = Math.max(0, text.length - LONGEST_FORM);
  let start = text.length;
  while (start > floor && /[\w-]/.test(text[start - 1]!)) start--;
  for (let at = start; at < text.length; at++) {
    if (at > start && text[at - 1] !== "-") continue;
    const rest = text.slice(at);
    if (FORM_STARTS.test(rest) || FORM_PARTS.some((form) => form.startsWith(rest))) return at;
  }
  return text.length;
}

/** Where an address begins that may go on after the text's end. */
function startOfAddress(text: string): number {
  const at = text.lastIndexOf("://");
  if (at >= 0 && at >= text.length - LONGEST_FORM && !/[\s"<>]/.test(text.slice(at + 3))) return at;
  return text.length - (/:\/?$/.exec(text.slice(-2))?.[0].length ?? 0);
}

/** Where secrets stand as a whole, the last one first. */
function wholeSecretsIn(text: string, covered: string): [start: number, end: number][] {
  const found = [...covered.matchAll(KNOWN_FORMS), ...covered.matchAll(ADDRESS)].map((match): [number, number] => [
    match.index,
    match.index + match[0].length,
  ]);
  for (const secret of secrets)
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      found.push([at, at + secret.length]);
  return found.sort(([a], [b]) => b - a);
}

/** Whether a text, or one inside a list or mapping, holds a registered secret, a token of a known form or a secret of a URL. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsSecret);
  if (typeof value !== "string") return false;
  if (secrets.values().some((secret) => value.includes(secret)) || value.search(KNOWN_FORMS) >= 0) return true;
  return PASSWORD.test(value) || value.replaceAll(ADDRESS, maskQuery) !== value;
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

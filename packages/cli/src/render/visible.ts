// What a name or tag from elsewhere holds must not move the cursor, ring a bell or change colours.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Text with control characters written as `\\u001b`; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replaceAll(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

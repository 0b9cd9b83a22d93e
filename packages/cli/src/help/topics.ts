/** What `stack help TOPIC` prints. */
export const topics: Readonly<Record<string, { readonly brief: string; readonly text: string }>> = {};

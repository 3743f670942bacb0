/**
 * JSON of which the API server, or another process of the bench, has made sure that it has this shape. A load that checked
 * every field would measure itself.
 */
export function trustedJson<T>(text: string): T {
  return JSON.parse(text) as T; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- see above
}

/** Something that was read as JSON and looks like an object; its members are still to be checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object with members (not null, not a list). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text with a full stop unless it ends with `.`, `!` or `?`. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The first items of a list: `a, b and 3 more`. */
export function joinFirst(items: readonly string[], most: number): string {
  const named = items.slice(0, most).join(', ');
  return items.length > most ? `${named} and ${items.length - most} more` : named;
}

/** Maximum length of a message in the CRD, in characters. */
export const maxMessageLength = 4096;

/** Maximum length of a message in a column of kubectl, in characters. */
export const maxColumnLength = 199;

/**
 * Truncates a text to a number of UTF-16 units, ellipsis included, without splitting a surrogate pair. The API server counts
 * characters, of which there are no more.
 */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = isHighSurrogate(text.charCodeAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1;
  return `${text.slice(0, end)}…`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

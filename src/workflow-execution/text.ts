/** A text as a sentence: with a full stop unless it ends in a mark. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The longest message that the CRD takes, in characters. */
export const maxMessageLength = 4096;

/** The longest message in the status of an execution that kubectl shows in a column, in characters. */
export const maxColumnLength = 199;

/**
 * The text, cut to a length with an ellipsis when it is longer. A character outside the basic plane (two UTF-16 units) is
 * never split; the API server counts characters, so a text that fits in UTF-16 units always fits there.
 */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = isHighSurrogate(text.charCodeAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1;
  return `${text.slice(0, end)}…`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

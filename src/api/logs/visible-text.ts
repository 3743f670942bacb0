/**
 * Characters that make a terminal do something, or show a text in another order than it has: controls but the tab, line
 * and paragraph separators, and marks of direction (https://www.unicode.org/reports/tr9/).
 */
const unsafe = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Characters of `\u001b`. */
export const maxEscapeLength = 6;

/** The text with an escape as in JSON for each such character: `\r`, `\u001b`. A container cannot forge lines with them. */
export function visibleText(text: string): string {
  return text.replaceAll(unsafe, (character) =>
    character < ' '
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

import { HoldsRule } from './holds-rule.ts';

/** What a text must be. The length is checked before the pattern, so that no pattern is ever tried on a long text. */
export interface TextRule {
  /** The fewest characters; 0 by default. */
  readonly minLength?: number;
  /** The most characters. */
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** What to answer when the pattern does not match. */
  readonly message?: string;
  /** What to answer when the value is no string. */
  readonly typeMessage?: string;
}

/** Holds a property to be a string within its bounds and of its pattern; one violation at most. */
export function IsText(rule: TextRule): PropertyDecorator {
  return HoldsRule('isText', rule, (value) => brokenTextRule(value, rule));
}

/** What a list of texts must be: each of its own, and none twice. */
export interface TextListRule {
  readonly maxItems: number;
  readonly items: TextRule;
}

/** Holds a property to be a list of different strings within their bounds. */
export function IsTextList(rule: TextListRule): PropertyDecorator {
  return HoldsRule('isTextList', rule.items, (value) => brokenListRule(value, rule));
}

function brokenListRule(value: unknown, { maxItems, items }: TextListRule): string | undefined {
  if (!Array.isArray(value)) return 'must be a list of strings';
  if (value.length > maxItems) return `must have at most ${maxItems} items`;
  const broken = value.map((item) => brokenTextRule(item, items)).find((message) => message !== undefined);
  if (broken !== undefined) return `every item ${broken}`;
  return new Set(value).size < value.length ? 'must not have an item twice' : undefined;
}

/** The first rule that a value breaks, in words that follow the field's name; undefined when it breaks none. */
export function brokenTextRule(value: unknown, rule: TextRule): string | undefined {
  const { minLength = 0, maxLength, pattern, message = 'must have the documented form' } = rule;
  if (typeof value !== 'string') return rule.typeMessage ?? 'must be a string';
  const length = lengthOf(value, maxLength);
  if (length < minLength || length > maxLength) {
    return `must be ${minLength > 0 ? `${minLength} to` : 'at most'} ${maxLength} characters long`;
  }
  return pattern === undefined || pattern.test(value) ? undefined : message;
}

/**
 * Characters as the API server counts them: code points, not UTF-16 units. A text that is too long in any case is not
 * counted: its length in units is returned.
 */
export function lengthOf(text: string, maxLength: number): number {
  return text.length > 2 * maxLength ? text.length : [...text].length;
}

import { dnsSubdomain, isName } from './dns-names.ts';

/** A label selector is invalid; the message says why. */
export class LabelSelectorError extends Error {
  override readonly name = 'LabelSelectorError';
}

/** The most requirements of a selector: each is checked for each object. Kubernetes bounds only the length of the request. */
export const maxRequirements = 32;

/** Whether an object's labels match. */
export type LabelSelector = (labels: Readonly<Record<string, string>>) => boolean;

/** The name of a label key, and a label value. */
const word = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const requirement =
  /^(?:(?<absent>!)\s*(?<absentKey>[^\s!=,()]+)|(?<key>[^\s!=,()]+)(?:\s*(?<equality>==?|!=)\s*(?<value>[^\s!=,()]*)|\s+(?<set>in|notin)\s*\((?<values>[^()]*)\))?)$/;

/**
 * Parses a label selector (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors).
 * An empty selector matches everything.
 *
 * @throws LabelSelectorError naming the invalid part, or for more than {@link maxRequirements}
 */
export function parseLabelSelector(text: string): LabelSelector {
  const parts = partsOf(text);
  if (parts.length > maxRequirements) throw new LabelSelectorError(`it has more than ${maxRequirements} requirements`);
  const selectors = parts.map(toSelector);
  return (labels) => selectors.every((matches) => matches(labels));
}

/** Splits at commas outside parentheses. */
function partsOf(text: string): string[] {
  if (text.trim() === '') return [];
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function toSelector(part: string): LabelSelector {
  const groups = requirement.exec(part)?.groups;
  if (groups === undefined)
    throw new LabelSelectorError(`'${part}' is not key, !key, key=value, key!=value or key in (…)`);
  const { absent, absentKey, key = absentKey ?? '', equality, value = '', set, values } = groups;
  assertKey(key);
  if (absent !== undefined) return (labels) => !Object.hasOwn(labels, key);
  if (equality !== undefined) return equal(key, equality, value);
  if (set !== undefined) return member(key, set, values ?? '');
  return (labels) => Object.hasOwn(labels, key);
}

/** An object without the label matches `!=`. */
function equal(key: string, operator: string, value: string): LabelSelector {
  assertValue(value);
  return operator === '!=' ? (labels) => valueOf(labels, key) !== value : (labels) => valueOf(labels, key) === value;
}

function member(key: string, operator: string, list: string): LabelSelector {
  const values = new Set(list.split(',').map((value) => value.trim()));
  for (const value of values) assertValue(value);
  const isIn = (labels: Readonly<Record<string, string>>) => {
    const value = valueOf(labels, key);
    return value !== undefined && values.has(value);
  };
  return operator === 'in' ? isIn : (labels) => !isIn(labels);
}

function valueOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function assertKey(key: string): void {
  const [prefix, name, ...more] = key.includes('/') ? key.split('/') : [undefined, key];
  const prefixed = prefix === undefined || isName(prefix, dnsSubdomain);
  if (more.length > 0 || !prefixed || !word.test(name ?? ''))
    throw new LabelSelectorError(`'${key}' is not a label key`);
}

function assertValue(value: string): void {
  if (value !== '' && !word.test(value)) throw new LabelSelectorError(`'${value}' is not a label value`);
}

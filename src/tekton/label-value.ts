import { shortHash } from './short-hash.ts';

/** The longest label value that Kubernetes takes, in characters. */
const maxLength = 63;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const valid = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/**
 * A label value that stands for any text. A text that is one already stays as it is; `/` becomes `.`, so that
 * `payment/deployment/api` can be typed into a selector as `payment.deployment.api`. When more than that would be lost
 * (too long, other characters, an end that is not allowed), the value ends in a hash of the whole text.
 */
export function labelValue(text: string): string {
  const dotted = text.replaceAll('/', '.');
  if (valid.test(dotted)) return dotted;
  const hash = shortHash(text);
  const readable = dotted
    .replace(/[^-A-Za-z0-9_.]+/g, '-')
    .slice(0, maxLength - hash.length - 1)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return readable === '' ? hash : `${readable}-${hash}`;
}

/** The syntax of a name. */
export interface NameRule {
  readonly pattern: RegExp;
  /** In characters; checked before the pattern. */
  readonly maxLength: number;
}

/** RFC 1123 label, as in names of namespaces: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const dnsLabel = { pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, maxLength: 63 } as const;

/** RFC 1123 subdomain, as in names of most objects. */
export const dnsSubdomain = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  maxLength: 253,
} as const;

/** Whether a text follows a rule. */
export function isName(text: string, { pattern, maxLength }: NameRule): boolean {
  return text.length <= maxLength && pattern.test(text);
}

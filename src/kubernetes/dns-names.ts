/** What a name must be. */
export interface NameRule {
  readonly pattern: RegExp;
  /** The most characters. It is checked before the pattern. */
  readonly maxLength: number;
}

/** RFC 1123, as Kubernetes names namespaces: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const dnsLabel = { pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, maxLength: 63 } as const;

/** RFC 1123, as Kubernetes names objects. */
export const dnsSubdomain = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  maxLength: 253,
} as const;

/** Whether the text is a name by the rule. */
export function isName(text: string, { pattern, maxLength }: NameRule): boolean {
  return text.length <= maxLength && pattern.test(text);
}

const integer = /^(0|[1-9][0-9]*)$/;

/**
 * Compares two resource versions of one resource: negative when `a` is older, 0 when equal, positive when newer, undefined when
 * they cannot be ordered. KEP-5504 (Kubernetes 1.35) makes them comparable if they are decimal integers without leading zeros;
 * aggregated API servers may use other formats. Integers may exceed 64 bits, so they are compared as text.
 */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!integer.test(a) || !integer.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

/** True when `a` is known to be newer than `b`, or `b` is undefined. */
export function isNewer(a: string, b: string | undefined): boolean {
  return b === undefined || (compareResourceVersions(a, b) ?? 0) > 0;
}

/** True when `a` is known to be older than `b`. */
export function isOlder(a: string, b: string): boolean {
  return (compareResourceVersions(a, b) ?? 0) < 0;
}

/**
 * Whether a text can be the resource version of a custom resource: a positive 64-bit decimal integer
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
 */
export function isResourceVersion(text: string): boolean {
  return /^[1-9][0-9]{0,18}$/.test(text);
}

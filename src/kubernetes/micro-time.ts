/** `metav1.MicroTime`: RFC 3339 in UTC with microseconds. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

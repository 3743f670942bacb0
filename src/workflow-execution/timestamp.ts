/** A moment as Kubernetes writes it: RFC 3339 in UTC with whole seconds. */
export function timestamp(moment: Date): string {
  return `${moment.toISOString().slice(0, -5)}Z`;
}

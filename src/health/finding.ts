/** What one check has found. */
export interface Finding {
  /** Of the check, one word. */
  readonly name: string;
  readonly isWell: boolean;
  /** For people: why it is not well, or what is to be known all the same. */
  readonly message?: string;
}

/** Whether everything is well. */
export function allWell(findings: readonly Finding[]): boolean {
  return findings.every(({ isWell }) => isWell);
}

/** What names an execution. */
export interface NamedExecution {
  readonly namespace?: string;
  readonly name: string;
  /** Not known where a call names an execution that nobody has looked up. */
  readonly uid?: string;
}

/** The fields of a log line that is about an execution. Every one has them, so that all of them are found by name or UID. */
export function inLog({ namespace, name, uid }: NamedExecution): { readonly execution: string; readonly uid?: string } {
  return { execution: namespace === undefined ? name : `${namespace}/${name}`, uid };
}

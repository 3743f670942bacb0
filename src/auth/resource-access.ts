/** Something that a caller wants to do to a resource, as RBAC has it. */
export interface ResourceAccess {
  readonly group: string;
  /** Lower case plural. */
  readonly resource: string;
  readonly subresource?: string;
  /** `get`, `list`, `watch`, `create`, `patch`, `delete`. */
  readonly verb: string;
  /** Absent: in all namespaces. */
  readonly namespace?: string;
  /** Absent: any. */
  readonly name?: string;
}

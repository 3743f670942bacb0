/** Who calls, as the cluster knows them (https://kubernetes.io/docs/reference/access-authn-authz/authentication/). */
export interface Caller {
  /** `system:serviceaccount:NAMESPACE:NAME` for a ServiceAccount. */
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  /** What else the cluster knows of them, for its authorizer. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

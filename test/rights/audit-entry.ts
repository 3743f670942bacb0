import { parseJson, recordOf, stringOf } from '../../src/kubernetes/json.ts';

/** One request in the API server's audit log (audit.k8s.io/v1, an Event a line). */
export interface AuditEntry {
  /** What the request needed rights for: its verb, and those that admission policies asked for on its behalf. */
  readonly verbs: readonly string[];
  readonly apiGroup: string;
  /** With its subresource: `pods/log`. Empty where the request was for no resource. */
  readonly resource: string;
  readonly name: string | undefined;
  /** What gave the right: `ClusterRole NAME` or `Role NAME`. */
  readonly grantedBy: string | undefined;
  /** Whether RBAC has refused it. A 403 of admission, such as in a namespace that is being deleted, is none. */
  readonly refused: boolean;
  /** Path and query, for people. */
  readonly uri: string;
}

/** The annotation of deploy/base/attestation.yaml: a request that has it, and was not denied, has used the right to `attest`. */
const attested = 'workflow-execution-attestation/attested-by';

/** The entries of an audit log. A line that is no JSON (the last one, when the API server was killed) is passed over. */
export function auditEntries(log: string): AuditEntry[] {
  return log.split('\n').flatMap((line) => {
    const event = parseJson(line);
    return event === undefined ? [] : [entryOf(event)];
  });
}

function entryOf(event: unknown): AuditEntry {
  const { verb, requestURI, objectRef, annotations, responseStatus } = recordOf(event);
  const { apiGroup, resource, subresource, name } = recordOf(objectRef);
  const notes = recordOf(annotations);
  const attests = notes[attested] !== undefined && Number(recordOf(responseStatus)['code']) < 300;
  return {
    verbs: [String(verb), ...(attests ? ['attest'] : [])],
    apiGroup: stringOf(apiGroup) ?? '',
    resource: [stringOf(resource) ?? '', ...(typeof subresource === 'string' ? [subresource] : [])].join('/'),
    name: stringOf(name),
    grantedBy: grantIn(String(notes['authorization.k8s.io/reason'])),
    refused: notes['authorization.k8s.io/decision'] === 'forbid',
    uri: String(requestURI),
  };
}

/** From the sentence of RBAC: `allowed by RoleBinding "x/y" of Role "x" to ServiceAccount "x/y"`. */
function grantIn(reason: string): string | undefined {
  const { kind, name } = /RBAC: allowed by .* of (?<kind>\w+) "(?<name>[^"]+)" to /.exec(reason)?.groups ?? {};
  return kind === undefined || name === undefined ? undefined : `${kind} ${name}`;
}

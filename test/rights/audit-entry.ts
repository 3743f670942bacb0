import { parseJson, recordOf, stringOf } from '../../src/kubernetes/json.ts';

/** One use of a right in the API server's audit log (audit.k8s.io/v1, one Event per line). */
export interface AuditEntry {
  /** Full name of the user who made the request. */
  readonly user: string;
  /** Of the request, or that of a right which admission asked for on behalf of the user: `attest`, `update`. */
  readonly verb: string;
  readonly apiGroup: string;
  /** With its subresource: `pods/log`. Empty where the request was for no resource. */
  readonly resource: string;
  readonly name: string | undefined;
  /** What granted the right: `ClusterRole NAME` or `Role NAME`. */
  readonly grantedBy: string | undefined;
  /** Whether RBAC refused it. A 403 of admission, such as in a terminating namespace, does not count. */
  readonly refused: boolean;
  /** Path and query, for people. */
  readonly uri: string;
}

/** Annotations of the policies in deploy/base: a request with one of them that was not denied used the right to `attest`. */
const pipelineRunAttested = 'workflow-execution-pipeline-runs/attested-by';
const attested = ['workflow-execution-attestation/attested-by', pipelineRunAttested];
const attest = { verb: 'attest', apiGroup: 'workflowexecution.kubernaut.ai', resource: 'workflowexecutions' };

/**
 * The right that OwnerReferencesPermissionEnforcement asks for when the PipelineRun of an execution is created, whose owner
 * reference blocks the deletion of the execution. The plugin itself annotates nothing;
 * test/integration/deploy/pipeline-runs.int-spec.ts shows that it is on and refuses others.
 */
const setFinalizers = {
  verb: 'update',
  apiGroup: 'workflowexecution.kubernaut.ai',
  resource: 'workflowexecutions/finalizers',
};

/** The entries of an audit log. A line that is not JSON (the last one, when the API server was killed) is ignored. */
export function auditEntries(log: string): AuditEntry[] {
  return log.split('\n').flatMap((line) => {
    const event = parseJson(line);
    return event === undefined ? [] : entriesOf(event);
  });
}

function entriesOf(event: unknown): AuditEntry[] {
  const { verb, user, requestURI, objectRef, annotations, responseStatus } = recordOf(event);
  const { apiGroup, resource, subresource, name } = recordOf(objectRef);
  const notes = recordOf(annotations);
  const entry = {
    user: String(recordOf(user)['username']),
    verb: String(verb),
    apiGroup: stringOf(apiGroup) ?? '',
    resource: [stringOf(resource) ?? '', ...(typeof subresource === 'string' ? [subresource] : [])].join('/'),
    name: stringOf(name),
    grantedBy: grantIn(String(notes['authorization.k8s.io/reason'])),
    refused: notes['authorization.k8s.io/decision'] === 'forbid',
    uri: String(requestURI),
  };
  if (!(Number(recordOf(responseStatus)['code']) < 300)) return [entry];
  const asked = [
    ...(attested.some((key) => notes[key] !== undefined) ? [attest] : []),
    ...(entry.verb === 'create' && notes[pipelineRunAttested] !== undefined ? [setFinalizers] : []),
  ];
  return [entry, ...asked.map((right) => ({ ...entry, ...right, name: undefined }))];
}

/** From the sentence of RBAC: `allowed by RoleBinding "x/y" of Role "x" to ServiceAccount "x/y"`. */
function grantIn(reason: string): string | undefined {
  const { kind, name } = /RBAC: allowed by .* of (?<kind>\w+) "(?<name>[^"]+)" to /.exec(reason)?.groups ?? {};
  return kind === undefined || name === undefined ? undefined : `${kind} ${name}`;
}

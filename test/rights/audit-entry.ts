import { parseJson, recordOf, stringOf } from '../../src/kubernetes/json.ts';

/** One use of a permission in the API server's audit log (audit.k8s.io/v1, one Event per line). */
export interface AuditEntry {
  /** Username of the request. */
  readonly user: string;
  /** Verb of the request, or of a permission that admission checked for the user: `attest`, `update`. */
  readonly verb: string;
  readonly apiGroup: string;
  /** Resource with subresource: `pods/log`. Empty for non-resource requests. */
  readonly resource: string;
  readonly name: string | undefined;
  /** The granting role: `ClusterRole NAME` or `Role NAME`. */
  readonly grantedBy: string | undefined;
  /** Whether RBAC refused it. A 403 of admission, such as in a terminating namespace, does not count. */
  readonly refused: boolean;
  /** Path and query, for messages. */
  readonly uri: string;
}

/**
 * Audit annotations of the policies in deploy/base: a request with one that was not denied used the permission to `attest`.
 */
const pipelineRunAttested = 'workflow-execution-pipeline-runs/attested-by';
const attested = ['workflow-execution-attestation/attested-by', pipelineRunAttested];
const attest = { verb: 'attest', apiGroup: 'workflowexecution.kubernaut.ai', resource: 'workflowexecutions' };

/**
 * The permission that OwnerReferencesPermissionEnforcement checks when the PipelineRun of an execution is created, whose owner
 * reference blocks the execution's deletion. The plugin adds no annotation; test/integration/deploy/pipeline-runs.int-spec.ts
 * shows that it is active.
 */
const setFinalizers = {
  verb: 'update',
  apiGroup: 'workflowexecution.kubernaut.ai',
  resource: 'workflowexecutions/finalizers',
};

/** The entries of an audit log. A truncated line (the last one, if the API server was killed) is ignored. */
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

/** From RBAC's reason: `allowed by RoleBinding "x/y" of Role "x" to ServiceAccount "x/y"`. */
function grantIn(reason: string): string | undefined {
  const { kind, name } = /RBAC: allowed by .* of (?<kind>\w+) "(?<name>[^"]+)" to /.exec(reason)?.groups ?? {};
  return kind === undefined || name === undefined ? undefined : `${kind} ${name}`;
}

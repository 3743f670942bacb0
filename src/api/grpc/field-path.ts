/** Names of the resource and of REST that gRPC has another name or place for. */
const places: Readonly<Record<string, string>> = {
  'metadata.name': 'workflow_execution_id',
  'metadata.namespace': 'parent',
  limit: 'page_size',
  continue: 'page_token',
  phase: 'phases',
};

/** Maps of the resource, whose keys are the caller's and not ours to spell. */
const maps: ReadonlySet<string> = new Set(['metadata.labels', 'metadata.annotations', 'spec.parameters']);

/**
 * The path of a field in the request message, for a field that is named as in the resource:
 * `spec.workflowRef.containerImage` is `workflow_execution.spec.workflow_ref.container_image`. What is no part of the
 * resource is a field of the request itself.
 */
export function toGrpcField(path: readonly string[]): string {
  const dotted = path.join('.');
  const place = places[dotted];
  if (place !== undefined) return place;
  switch (path[0]) {
    case 'metadata':
      return ['workflow_execution', ...spell(path).slice(1)].join('.');
    case 'spec':
      return ['workflow_execution', ...spell(path)].join('.');
    default:
      return spell(path).join('.');
  }
}

function spell(path: readonly string[]): string[] {
  return path.map((name, index) => (maps.has(path.slice(0, index).join('.')) ? name : snake(name)));
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Fields of the resource and of REST with a different gRPC name. */
const places: Readonly<Record<string, string>> = {
  'metadata.name': 'workflow_execution_id',
  'metadata.namespace': 'parent',
  limit: 'page_size',
  continue: 'page_token',
  phase: 'phases',
};

/** Maps, whose keys are kept as they are. */
const maps: ReadonlySet<string> = new Set(['metadata.labels', 'metadata.annotations', 'spec.parameters']);

/**
 * The path in the request message of a field of the resource: `spec.workflowRef.containerImage` becomes
 * `workflow_execution.spec.workflow_ref.container_image`. Other fields belong to the request itself.
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

import { logFields } from '../../workflow-execution/execution.ts';
import { recordOf, stringOf } from '../../kubernetes/json.ts';

/** The fields that name the execution that a call was about, in the log line of its failure; empty when it named none. */
export function executionOf(parameters: unknown): object {
  const { namespace, name } = recordOf(parameters);
  const [in_, asked] = [stringOf(namespace), stringOf(name)];
  return asked === undefined ? {} : logFields(partsOf(asked) ?? { namespace: in_, name: asked });
}

/** Over gRPC an execution is named `namespaces/NAMESPACE/workflowExecutions/NAME`. */
function partsOf(resourceName: string): { namespace: string; name: string } | undefined {
  const [, namespace, , name] = resourceName.split('/');
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

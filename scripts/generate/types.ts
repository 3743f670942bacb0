import { compile } from 'json-schema-to-typescript';
import type { Schema } from './crd.ts';
import { objectMetaSchema } from './object-meta.ts';

/** Names of the generated types by schema path, in TypeScript and Go. */
export const titles: Readonly<Record<string, string>> = {
  metadata: 'WorkflowExecutionMetadata',
  'metadata.ownerReferences.items': 'WorkflowExecutionOwnerReference',
  spec: 'WorkflowExecutionSpec',
  'spec.remediationRequestRef': 'RemediationRequestRef',
  'spec.workflowRef': 'WorkflowRef',
  'spec.executionConfig': 'ExecutionConfig',
  'spec.cancelMode': 'CancelMode',
  status: 'WorkflowExecutionStatus',
  'status.phase': 'Phase',
  'status.outcome': 'Outcome',
  'status.pipelineRunRef': 'PipelineRunRef',
  'status.results.items': 'Result',
  'status.failure': 'Failure',
  'status.failure.reason': 'FailureReason',
  'status.failure.failedTask': 'FailedTask',
  'status.skip': 'Skip',
  'status.skip.reason': 'SkipReason',
  'status.skip.conflictingExecution': 'ConflictingExecution',
  'status.conditions.items': 'Condition',
  'status.conditions.items.status': 'ConditionStatus',
};

/** TypeScript interfaces of the resource. */
export async function generateTypes(crd: Schema): Promise<string> {
  const schema = { ...crd, properties: { ...crd.properties, metadata: objectMetaSchema } };
  schema.required = ['apiVersion', 'kind', 'metadata', 'spec'];
  return compile(titled(schema, ''), 'WorkflowExecution', {
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    bannerComment: '// Generated from crds/ by `npm run generate`. Do not edit.',
    style: { singleQuote: true, printWidth: 120, trailingComma: 'all' },
  });
}

function titled(schema: Schema, path: string): Record<string, unknown> {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const properties: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, child]) => [name, titled(child, at(name))]),
  );
  return {
    type: schema.type,
    ...(schema.enum === undefined ? {} : { enum: schema.enum }),
    ...(schema.description === undefined ? {} : { description: schema.description }),
    ...(titles[path] === undefined ? {} : { title: titles[path] }),
    ...(schema.properties === undefined ? {} : { properties }),
    ...(schema.additionalProperties === undefined
      ? {}
      : { additionalProperties: titled(schema.additionalProperties, at('values')) }),
    ...(schema.required === undefined ? {} : { required: schema.required }),
    ...(schema.items === undefined ? {} : { items: titled(schema.items, at('items')) }),
  };
}

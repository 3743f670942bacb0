import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { cooldownsAnnotation, lockLabel, lockNamePrefix, targetAnnotation } from '../src/locking/lock-lease.ts';
import { leaderLeaseName } from '../src/reconciler/installation.ts';
import { pipelineRunFinalizer, pipelineRunLabels } from '../src/tekton/build-pipeline-run.ts';
import { finalizer, ownAnnotations, requestLabel } from '../src/workflow-execution/metadata.ts';

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');

/** The quoted names of labels, annotations and finalizers in a manifest. */
function namesIn(file: string): ReadonlySet<string> {
  return new Set(
    [...read(file).matchAll(/'((?:workflowexecution\.)?kubernaut\.ai\/[a-z-]+)'/g)].map(([, name = '']) => name),
  );
}

it.each([
  ['deploy/base/attestation.yaml', [...Object.values(ownAnnotations), requestLabel, finalizer]],
  ['deploy/base/pipeline-runs.yaml', [...Object.values(pipelineRunLabels), pipelineRunFinalizer]],
])('%s protects exactly the names that the service sets', (file, names) => {
  expect(namesIn(file)).toEqual(new Set(names));
});

it.each([
  'deploy/components/monitoring/rules.yaml',
  'docs/operations.md',
  'docs/runbooks/WorkflowExecutionLockHeldTooLong.md',
])('%s selects locks by their label', (file) => {
  expect(read(file)).toContain(`-l ${lockLabel.name}=${lockLabel.value}`);
});

it.each([`${lockLabel.name}=${lockLabel.value}`, targetAnnotation, cooldownsAnnotation, lockNamePrefix])(
  'kubectl wfe reads locks by the name %s',
  (name) => {
    expect(read('clients/go/internal/lock/lock.go')).toContain(`"${name}"`);
  },
);

it.each(['docs/operations.md', 'docs/runbooks/WorkflowExecutionNoLeader.md'])(
  '%s reads the Lease of the leader',
  (file) => {
    expect(read(file)).toContain(`get lease ${leaderLeaseName} `);
  },
);

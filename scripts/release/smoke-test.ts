import { stringify } from 'yaml';
import { bundleLayer } from '../../test/cluster/images.ts';
import { writeLayout } from './image/write-layout.ts';
import type { PinnedImage } from './kustomize.ts';

/**
 * Writes a workflow that prints its target as a Tekton bundle into an OCI layout. Its step runs in the image of the service, so
 * that a cluster that can pull the service can run it.
 *
 * @param repository of the bundle
 * @returns manifests of an execution of it in the namespace `default`, as YAML
 */
export async function writeSmokeTest(
  layout: string,
  repository: string,
  version: string,
  image: PinnedImage,
): Promise<string> {
  const containerDigest = writeLayout(layout, [await bundleLayer({ pipelineName: 'workflow', yaml: pipeline(image) })]);
  const account = { name: 'workflow-execution-sa', namespace: 'default' };
  const execution = {
    apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
    kind: 'WorkflowExecution',
    metadata: { name: 'smoke-test', namespace: 'default' },
    spec: {
      remediationRequestRef: { name: 'smoke-test' },
      workflowRef: { workflowId: 'smoke-test', version, containerImage: `${repository}:${version}`, containerDigest },
      targetResource: 'default/Service/kubernetes',
    },
  };
  return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }, execution]
    .map((object) => stringify(object))
    .join('---\n');
}

function pipeline({ repository, digest }: PinnedImage): string {
  const params = [{ name: 'TARGET_RESOURCE', type: 'string' }];
  const step = {
    name: 'print',
    image: `${repository}@${digest}`,
    command: ['/nodejs/bin/node'],
    args: ['-e', 'console.log(`The target is ${process.env.TARGET_RESOURCE}.`)'],
    env: [{ name: 'TARGET_RESOURCE', value: '$(params.TARGET_RESOURCE)' }],
    securityContext: {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
  const task = {
    name: 'print',
    params: [{ name: 'TARGET_RESOURCE', value: '$(params.TARGET_RESOURCE)' }],
    taskSpec: { params, steps: [step] },
  };
  return stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'Pipeline',
    metadata: { name: 'workflow' },
    spec: { params, tasks: [task] },
  });
}

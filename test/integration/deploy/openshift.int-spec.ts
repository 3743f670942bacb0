import { describe, expect, it } from '@jest/globals';
import { arrayOf, recordOf } from '../../../src/kubernetes/json.ts';
import { dryRun } from './dry-run.ts';
import { objectOf, rendered, renderedWith } from './rendered.ts';

const base = await rendered('base');

/** In a cluster without Kubernaut and with it, where the controller has another name. */
const installations = [
  [['openshift'], 'workflow-execution-controller'],
  [['kubernaut', 'openshift'], 'workflowexecution-controller'],
] as const;

describe.each(installations)('components %j', (components, controller) => {
  it('are valid to the API server with the base', async () => {
    const applied = await dryRun(await renderedWith(...components));
    expect(applied).toEqual(expect.arrayContaining([`Deployment/${controller}`]));
  });

  it('leave user and groups to the range of the namespace, as restricted-v2 requires', async () => {
    const objects = await renderedWith(...components);
    for (const name of ['workflow-execution-api', controller]) {
      const { template } = recordOf(objectOf(objects, 'Deployment', name)['spec']);
      const { securityContext, containers } = recordOf(recordOf(template)['spec']);
      expect(securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(JSON.stringify(containers)).not.toMatch(/runAsUser|runAsGroup/);
    }
  });

  it.each(['workflow-execution-api', 'workflow-execution-controller'])(
    'let %s reach the DNS pods of OpenShift, besides what the base allows',
    async (name) => {
      const egressOf = (objects: typeof base) =>
        arrayOf(recordOf(objectOf(objects, 'NetworkPolicy', name)['spec'])['egress']);
      const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } };
      const dns = { to: [{ namespaceSelector }], ports: [{ port: 5353, protocol: 'UDP' }, { port: 5353 }] };
      expect(egressOf(await renderedWith(...components))).toEqual([...egressOf(base), dns]);
    },
  );
});

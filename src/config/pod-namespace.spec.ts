import { describe, expect, it } from '@jest/globals';
import { withPodNamespace } from './pod-namespace.ts';

const inPod = () => Buffer.from('remediation\n');
const notInPod = () => {
  throw new Error('ENOENT');
};

describe('the namespace of the service', () => {
  it("is the pod's own", () => {
    expect(withPodNamespace({}, inPod)).toEqual({ WFE_NAMESPACE: 'remediation' });
  });

  it('is read where Kubernetes mounts it, and is beside what is set', () => {
    const read = (file: string) => file;
    expect(withPodNamespace({ HOME: '/' }, read)).toEqual({
      HOME: '/',
      WFE_NAMESPACE: '/var/run/secrets/kubernetes.io/serviceaccount/namespace',
    });
  });

  it('is what somebody has set', () => {
    expect(withPodNamespace({ WFE_NAMESPACE: 'kubernaut' }, inPod)).toEqual({ WFE_NAMESPACE: 'kubernaut' });
  });

  it('is left to the default outside a pod', () => {
    expect(withPodNamespace({ HOME: '/' }, notInPod)).toEqual({ HOME: '/' });
  });
});

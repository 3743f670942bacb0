import { describe, expect, it } from '@jest/globals';
import { NotFoundError, UnavailableError } from '../kubernetes/errors.ts';
import { ClusterIncompleteError, requireResources } from './preflight.ts';

const required = [{ group: 'tekton.dev', version: 'v1', plural: 'pipelineruns', remedy: 'Install Tekton Pipelines.' }];

function onClusterAnswering(answer: () => Promise<string>): Promise<void> {
  return requireResources({ raw: answer }, required);
}

describe('before the service starts on a cluster', () => {
  it('is content when the cluster knows what it needs', async () => {
    const list = JSON.stringify({ resources: [{ name: 'pipelines' }, { name: 'pipelineruns' }] });
    await expect(onClusterAnswering(() => Promise.resolve(list))).resolves.toBeUndefined();
  });

  it.each([
    ['the group is not there', () => Promise.reject(new NotFoundError('not found'))],
    ['the resource is not there', () => Promise.resolve('{"resources":[{"name":"pipelines"}]}')],
    ['the answer is no list', () => Promise.resolve('[]')],
    ['the list holds nonsense', () => Promise.resolve('{"resources":[null, 5]}')],
  ])('says what to install when %s', async (_case, answer) => {
    const attempt = onClusterAnswering(answer);
    await expect(attempt).rejects.toThrow(ClusterIncompleteError);
    await expect(attempt).rejects.toThrow(
      'The cluster does not know pipelineruns.tekton.dev/v1. Install Tekton Pipelines.',
    );
  });

  it('passes on that the cluster does not answer', async () => {
    const error = new UnavailableError('connect ECONNREFUSED 127.0.0.1:6443');
    await expect(onClusterAnswering(() => Promise.reject(error))).rejects.toBe(error);
  });
});

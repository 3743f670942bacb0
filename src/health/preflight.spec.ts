import { describe, expect, it } from '@jest/globals';
import { NotFoundError, UnavailableError } from '../kubernetes/errors.ts';
import { ClusterIncompleteError, requireResources } from './preflight.ts';

const required = [{ group: 'tekton.dev', version: 'v1', plural: 'pipelineruns', remedy: 'Install Tekton Pipelines.' }];

function onClusterAnswering(answer: () => Promise<string>): Promise<void> {
  return requireResources({ raw: answer }, required);
}

describe('the required resources', () => {
  it('are there if the cluster serves them', async () => {
    const list = JSON.stringify({ resources: [{ name: 'pipelines' }, { name: 'pipelineruns' }] });
    await expect(onClusterAnswering(() => Promise.resolve(list))).resolves.toBeUndefined();
  });

  it.each([
    ['the group is missing', () => Promise.reject(new NotFoundError('not found'))],
    ['the resource is missing', () => Promise.resolve('{"resources":[{"name":"pipelines"}]}')],
    ['the response is not a list', () => Promise.resolve('[]')],
    ['the list is invalid', () => Promise.resolve('{"resources":[null, 5]}')],
  ])('are reported with a remedy if %s', async (_case, answer) => {
    const attempt = onClusterAnswering(answer);
    await expect(attempt).rejects.toThrow(ClusterIncompleteError);
    await expect(attempt).rejects.toThrow(
      'The cluster does not serve pipelineruns.tekton.dev/v1. Install Tekton Pipelines.',
    );
  });

  it('are unknown if the API server does not respond', async () => {
    const error = new UnavailableError('connect ECONNREFUSED 127.0.0.1:6443');
    await expect(onClusterAnswering(() => Promise.reject(error))).rejects.toBe(error);
  });
});

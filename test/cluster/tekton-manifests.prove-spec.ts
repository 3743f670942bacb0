import { describe, expect, it } from '@jest/globals';
import { inOrder, splitManifests, withWebhookPort } from './tekton-manifests.ts';

describe('the files of Tekton’s configuration', () => {
  it('have namespaces first and webhooks last, and exclude Deployments', () => {
    const files = [
      '500-webhooks.yaml',
      'controller.yaml',
      'resolvers/resolvers-deployment.yaml',
      'config-defaults.yaml',
      'resolvers/100-namespace.yaml',
      '300-crds/300-task.yaml',
      '200-role.yaml',
      'resolvers/bundleresolver-config.yaml',
      '100-namespace/100-namespace.yaml',
    ];

    expect(inOrder(files)).toEqual([
      '100-namespace/100-namespace.yaml',
      'resolvers/100-namespace.yaml',
      '200-role.yaml',
      '300-crds/300-task.yaml',
      'config-defaults.yaml',
      'resolvers/bundleresolver-config.yaml',
      '500-webhooks.yaml',
    ]);
  });
});

describe('a file of YAML documents', () => {
  it('is split into resources, without documents of comments only', () => {
    const yaml = [
      '# Copyright',
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata:',
      '  labels:',
      '    name: not-this',
      '  name: feature-flags',
      '  namespace: tekton-pipelines',
      'data:',
      '  name: nor-this',
      '---',
      '# nothing but a comment',
      '---',
      'apiVersion: rbac.authorization.k8s.io/v1',
      'kind: ClusterRole',
      'metadata:',
      '  name: reader',
      'rules: []',
      '',
    ].join('\n');

    expect(splitManifests(yaml)).toMatchObject([
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'feature-flags', namespace: 'tekton-pipelines' },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'reader', namespace: undefined },
    ]);
  });
});

describe('the port of the webhook', () => {
  it('is added to each reference to its Service with the same indentation', () => {
    const text = ['clientConfig:', '  service:', '    name: tekton-pipelines-webhook', '    namespace: x', ''].join(
      '\n',
    );

    expect(withWebhookPort(text, 4711)).toBe(
      [
        'clientConfig:',
        '  service:',
        '    name: tekton-pipelines-webhook',
        '    port: 4711',
        '    namespace: x',
        '',
      ].join('\n'),
    );
  });
});

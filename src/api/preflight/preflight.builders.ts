import { FakeApiServer, type FakeNetwork } from '../../kubernetes/fake-api-server.builders.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { recordOf } from '../../kubernetes/json.ts';
import { pipelineRefOf } from '../../tekton/build-pipeline-run.ts';
import { resolutionRequestResource, type BundleKey } from '../../tekton/resolution-request.ts';
import { aSpec } from '../../workflow-execution/workflow-execution.builders.ts';
import { randomSuffix } from '../resource/names.ts';
import { BundleResolver } from './bundle-resolver.ts';

/** The hexadecimal digits of a digest. */
export const digestHex = 'a'.repeat(64);

/** A bundle pinned by digest. */
export const pinned = bundle(`quay.io/kubernaut/oomkill@sha256:${digestHex}`);

/** A bundle in the namespace payment. */
export function bundle(containerImage: string): BundleKey {
  const { workflowRef } = aSpec();
  return {
    namespace: 'payment',
    pipelineRef: pipelineRefOf(aSpec({ workflowRef: { ...workflowRef, containerImage } })),
  };
}

/** A cluster whose Tekton resolves what the test says, when the test says. */
export class FakeTekton {
  readonly server = new FakeApiServer();
  readonly clock = new FakeClock();
  readonly resolver: BundleResolver;

  constructor(network: FakeNetwork = {}, preflightTimeoutMs = 10_000) {
    this.resolver = new BundleResolver(this.server.client(network), { preflightTimeoutMs }, this.clock, randomSuffix);
  }

  /** The ResolutionRequests that exist. */
  get requests() {
    return this.server.list(resolutionRequestResource);
  }

  /** Number of ResolutionRequests that were ever created. */
  get created(): number {
    return this.server.verbs.filter((verb) => verb === 'create').length;
  }

  /** Answers all ResolutionRequests with a Pipeline, and lets their callers read it. */
  async answer(spec: object = {}, status = succeededWith(spec)): Promise<void> {
    await this.clock.advance(0);
    for (const { metadata } of this.requests) {
      const { namespace = '', name } = metadata;
      const path = `/apis/resolution.tekton.dev/v1beta1/namespaces/${namespace}/resolutionrequests/${name}`;
      this.server.put(resolutionRequestResource, { ...recordOf(this.server.read(path)), status });
    }
    await this.clock.advance(1_000);
  }
}

/** The status of a ResolutionRequest that has a Pipeline. */
export function succeededWith(spec: object): object {
  const content = JSON.stringify({ apiVersion: 'tekton.dev/v1', kind: 'Pipeline', spec });
  return {
    conditions: [{ type: 'Succeeded', status: 'True' }],
    data: Buffer.from(content).toString('base64'),
    refSource: { digest: { sha256: digestHex } },
  };
}

/** The status of a ResolutionRequest that has failed. */
export function failedWith(message: string): object {
  return { conditions: [{ type: 'Succeeded', status: 'False', reason: 'ResolutionFailed', message }] };
}

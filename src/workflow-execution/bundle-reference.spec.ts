import { describe, expect, it } from '@jest/globals';
import { parseImageReference } from '../workflow-execution/image-reference.ts';
import { bundleReference } from '../workflow-execution/bundle-reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const other = `sha256:${'f'.repeat(64)}`;

describe('the reference of the bundle', () => {
  it.each([
    ['quay.io/kubernaut/oomkill:v1', undefined, 'quay.io/kubernaut/oomkill:v1'],
    [`quay.io/kubernaut/oomkill@${digest}`, undefined, `quay.io/kubernaut/oomkill@${digest}`],
    ['quay.io/kubernaut/oomkill', digest, `quay.io/kubernaut/oomkill@${digest}`],
    ['localhost:5000/oomkill:v1', digest, `localhost:5000/oomkill:v1@${digest}`],
    [`localhost:5000/oomkill:v1@${digest}`, digest, `localhost:5000/oomkill:v1@${digest}`],
    [`quay.io/kubernaut/oomkill@${other}`, digest, `quay.io/kubernaut/oomkill@${digest}`],
  ])('of %s pinned to %s is %s', (containerImage, containerDigest, expected) => {
    expect(bundleReference({ workflowId: 'w', version: '1', containerImage, containerDigest })).toBe(expected);
  });
});

it('the bundle that is fetched is of the repository that the execution names, which is what a policy judges', () => {
  const images = ['oomkill', 'kubernaut/oomkill:v1', 'quay.io/kubernaut/oomkill:v1', `localhost:5000/oomkill@${other}`];
  for (const containerImage of images) {
    const named = parseImageReference(containerImage);
    const fetched = bundleReference({ workflowId: 'w', version: '1', containerImage, containerDigest: digest });
    expect(parseImageReference(fetched)).toEqual({ ...named, digest });
  }
});

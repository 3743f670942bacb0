import type { WorkflowRef } from '../workflow-execution/generated/workflow-execution.ts';

/**
 * The OCI reference that the bundle is fetched by. A digest pins it: `repository:tag@sha256:…` keeps the tag for people
 * to read, what is fetched is the digest. A digest that the image already names gives way to `containerDigest`; the CRD
 * lets them differ only in objects that are older than its rule.
 */
export function bundleReference({ containerImage, containerDigest }: WorkflowRef): string {
  if (containerDigest === undefined) return containerImage;
  const [unpinned = containerImage] = containerImage.split('@', 1);
  return `${unpinned}@${containerDigest}`;
}

import { describe, expect, it } from '@jest/globals';
import { cgroupMounts } from './cgroups.ts';
import { mountsBelow } from './cleanup.ts';

const mountInfo = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
  '30 22 0:26 / /sys/fs/cgroup/cpu rw,nosuid shared:9 - cgroup cgroup rw,cpu',
  '31 22 0:27 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw',
  '40 22 0:50 / /cache/clusters/a/node rw - tmpfs tmpfs rw',
  '41 40 0:51 / /cache/clusters/a/node/b\\040c rw - overlay overlay rw',
  '42 22 0:52 / /cache/clusters/ab rw - tmpfs tmpfs rw',
].join('\n');

describe('reading /proc/self/mountinfo', () => {
  it('finds the cgroups of both versions', () => {
    expect(cgroupMounts(mountInfo)).toEqual(['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/unified']);
  });

  it('finds the mounts below a cluster, deepest first, and no others', () => {
    expect(mountsBelow('/cache/clusters/a', mountInfo)).toEqual([
      '/cache/clusters/a/node/b c',
      '/cache/clusters/a/node',
    ]);
  });
});

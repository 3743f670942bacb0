import { describe, expect, it } from '@jest/globals';
import { missingPackages } from './packages.ts';

describe('the Debian packages that are missing', () => {
  it('are those whose programs were not found', () => {
    const found = {
      containerd: '/usr/bin/containerd',
      runc: undefined,
      cni: undefined,
      iptables: '/sbin/iptables',
      busybox: undefined,
    };

    expect(missingPackages(found)).toEqual(['runc', 'containernetworking-plugins', 'busybox-static']);
  });
});

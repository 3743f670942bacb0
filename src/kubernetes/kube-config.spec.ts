import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { FakeClock } from './fake-clock.builders.ts';
import { KubeConfigError } from './errors.ts';
import { loadKubeConfig, loadKubeConfigFiles } from './kube-config.ts';
import { PooledKubeConfig } from './pooled-kube-config.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kube-config-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: object | string) => {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : stringify(content));
  return path;
};
const kubeconfig = (changes: object = {}, server = 'https://cluster.example:6443/') => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server } }],
  users: [{ name: 'u', user: { token: 'secret' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
  ...changes,
});

describe('the cluster is found', () => {
  it('by KUBECONFIG', () => {
    const path = file('config', kubeconfig());
    const config = loadKubeConfig({ KUBECONFIG: path });
    expect(config.server).toBe('https://cluster.example:6443');
    expect(config.origin).toBe(`the kubeconfig ${path}`);
  });

  it('in several files, of which some may be missing; the first says which context', () => {
    const first = file('first', { ...kubeconfig({ clusters: [], users: [] }) });
    const second = file('second', kubeconfig({ contexts: [], 'current-context': 'another' }));
    const KUBECONFIG = [join(directory, 'missing'), first, second].join(delimiter);
    expect(loadKubeConfig({ KUBECONFIG }).server).toBe('https://cluster.example:6443');
  });

  it('with a tokenFile, which is relative to the kubeconfig, comes before a token and is read again', async () => {
    const path = file('config', kubeconfig({ users: [{ name: 'u', user: { token: 'old', tokenFile: 'token' } }] }));
    file('token', 'first\n');
    const config = loadKubeConfig({ KUBECONFIG: path });
    expect((await config.connection()).headers).toEqual({ Authorization: 'Bearer first' });
    file('token', 'second\n');
    config.expire();
    expect((await config.connection()).headers).toEqual({ Authorization: 'Bearer second' });
    await config.close();
  });

  it('nowhere', () => {
    expect(() => loadKubeConfig({ HOME: directory })).toThrow(KubeConfigError);
    expect(() => loadKubeConfig({ HOME: directory })).toThrow(
      `No cluster is configured: KUBECONFIG is not set, ${directory}/.kube/config does not exist`,
    );
  });
});

describe('a kubeconfig that cannot be used is named, with what is wrong:', () => {
  it.each([
    ['is no YAML', '{', 'cannot be used: '],
    ['holds nothing', '', 'cannot be used: '],
    ['has no current-context', kubeconfig({ 'current-context': '' }), 'has no current-context'],
    ['has another context', kubeconfig({ 'current-context': 'y' }), 'has no context "y", its current-context'],
    ['has no such cluster', kubeconfig({ clusters: [] }), 'names a cluster that does not exist'],
    ['has no URL', kubeconfig({}, 'cluster.example'), 'has no usable server URL: cluster.example'],
  ])('it %s', (_what, content, message) => {
    const path = file('config', content);
    expect(() => loadKubeConfigFiles([path])).toThrow(KubeConfigError);
    expect(() => loadKubeConfigFiles([path])).toThrow(path);
    expect(() => loadKubeConfigFiles([path])).toThrow(message);
  });

  it('it does not exist', () => {
    expect(() => loadKubeConfigFiles(['/no/such/file'])).toThrow('The kubeconfig /no/such/file does not exist');
  });

  it('it asks for a proxy of a kind that is not there', async () => {
    const cluster = { server: 'https://cluster.example', 'proxy-url': 'socks5://proxy.example:1080' };
    const config = loadKubeConfigFiles([file('config', kubeconfig({ clusters: [{ name: 'c', cluster }] }))]);
    await expect(config.connection()).rejects.toThrow('asks for the SOCKS proxy socks5://proxy.example:1080');
  });
});

describe('a connection', () => {
  const configWith = (user: object, clock = new FakeClock()) => {
    const config = new PooledKubeConfig('a test', clock);
    config.loadFromClusterAndUser(
      { name: 'c', server: 'https://cluster.example', skipTLSVerify: true },
      { name: 'u', ...user },
    );
    return { config, clock };
  };

  it('has a pool for calls and one for streams, the same every time', async () => {
    const { config, clock } = configWith({ token: 'secret' });
    const first = await config.connection();
    await clock.advance(60_000);
    const second = await config.connection();
    expect(second.headers).toEqual({ Authorization: 'Bearer secret' });
    expect(second.dispatcher).toBe(first.dispatcher);
    expect(second.streams).toBe(first.streams);
    expect(first.streams).not.toBe(first.dispatcher);
    await config.close();
  });

  it('knows names and passwords, and who is impersonated', async () => {
    const { config } = configWith({ username: 'me', password: 'secret', impersonateUser: 'somebody' });
    const { headers } = await config.connection();
    const basic = Buffer.from('me:secret').toString('base64');
    expect(headers).toEqual({ Authorization: `Basic ${basic}`, 'Impersonate-User': 'somebody' });
  });

  it('reads a token from its file anew every half minute, and when the server refuses it', async () => {
    const tokenFile = file('token', 'first');
    const { config, clock } = configWith({ authProvider: { name: 'tokenFile', config: { tokenFile } } });
    await config.connection();
    writeFileSync(tokenFile, 'second\n');
    await clock.advance(29_999);
    expect((await config.connection()).headers).toEqual({ Authorization: 'Bearer first' });
    await clock.advance(1);
    expect((await config.connection()).headers).toEqual({ Authorization: 'Bearer second' });
    writeFileSync(tokenFile, 'third');
    config.expire();
    expect((await config.connection()).headers).toEqual({ Authorization: 'Bearer third' });
  });

  it('is made anew when the certificate has changed', async () => {
    const caFile = file('ca', 'one');
    const clock = new FakeClock();
    const config = new PooledKubeConfig('a test', clock);
    config.loadFromClusterAndUser(
      { name: 'c', server: 'https://cluster.example', skipTLSVerify: false, caFile },
      { name: 'u' },
    );
    const before = await config.connection();
    writeFileSync(caFile, 'two');
    await clock.advance(29_999);
    expect((await config.connection()).dispatcher).toBe(before.dispatcher);
    await clock.advance(1);
    expect((await config.connection()).dispatcher).not.toBe(before.dispatcher);
    await config.close();
  });
});

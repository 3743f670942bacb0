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

describe('loadKubeConfig', () => {
  it('reads the file in KUBECONFIG', () => {
    const path = file('config', kubeconfig());
    const config = loadKubeConfig({ KUBECONFIG: path });
    expect(config.server).toBe('https://cluster.example:6443');
    expect(config.origin).toBe(`the kubeconfig ${path}`);
  });

  it('merges several files, skips missing ones and takes the context of the first', () => {
    const first = file('first', { ...kubeconfig({ clusters: [], users: [] }) });
    const second = file('second', kubeconfig({ contexts: [], 'current-context': 'another' }));
    const KUBECONFIG = [join(directory, 'missing'), first, second].join(delimiter);
    expect(loadKubeConfig({ KUBECONFIG }).server).toBe('https://cluster.example:6443');
  });

  it('supports tokenFile: relative to the kubeconfig, before token, and re-read', async () => {
    const path = file('config', kubeconfig({ users: [{ name: 'u', user: { token: 'old', tokenFile: 'token' } }] }));
    file('token', 'first\n');
    const config = loadKubeConfig({ KUBECONFIG: path });
    expect((await config.connection()).headers).toEqual({ Authorization: 'Bearer first' });
    file('token', 'second\n');
    config.expire();
    expect((await config.connection()).headers).toEqual({ Authorization: 'Bearer second' });
    await config.close();
  });

  it('fails without a configuration', () => {
    expect(() => loadKubeConfig({ HOME: directory })).toThrow(KubeConfigError);
    expect(() => loadKubeConfig({ HOME: directory })).toThrow(
      `No cluster is configured: KUBECONFIG is not set, ${directory}/.kube/config does not exist`,
    );
  });
});

describe('an unusable kubeconfig is rejected with its path:', () => {
  it.each([
    ['invalid YAML', '{', 'cannot be used: '],
    ['empty', '', 'cannot be used: '],
    ['no current-context', kubeconfig({ 'current-context': '' }), 'no current-context'],
    ['unknown context', kubeconfig({ 'current-context': 'y' }), 'has no context "y", its current-context'],
    ['unknown cluster', kubeconfig({ clusters: [] }), 'names a cluster that does not exist'],
    ['no URL', kubeconfig({}, 'cluster.example'), 'has no usable server URL: cluster.example'],
  ])('%s', (_what, content, message) => {
    const path = file('config', content);
    expect(() => loadKubeConfigFiles([path])).toThrow(KubeConfigError);
    expect(() => loadKubeConfigFiles([path])).toThrow(path);
    expect(() => loadKubeConfigFiles([path])).toThrow(message);
  });

  it('missing file', () => {
    expect(() => loadKubeConfigFiles(['/no/such/file'])).toThrow('The kubeconfig /no/such/file does not exist');
  });

  it('SOCKS proxy', async () => {
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

  it('has one pool for calls and one for streams', async () => {
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

  it('supports basic authentication and impersonation', async () => {
    const { config } = configWith({ username: 'me', password: 'secret', impersonateUser: 'somebody' });
    const { headers } = await config.connection();
    const basic = Buffer.from('me:secret').toString('base64');
    expect(headers).toEqual({ Authorization: `Basic ${basic}`, 'Impersonate-User': 'somebody' });
  });

  it('re-reads a token file every 30 s and after a 401', async () => {
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

  it('gets new pools when the certificate changes', async () => {
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

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '../workflow-execution/policy.builders.ts';
import type { PolicyRule } from '../workflow-execution/policy.ts';
import { ConfigError, loadConfig, unknownVariables, withPodNamespace } from './config.ts';
import { settings } from './settings.ts';

const policy = aPolicy({ bundles: ['quay.io/a/*', 'ghcr.io/b/**'], serviceAccounts: ['*:a', 'b:c'] });

describe('the configuration', () => {
  it('has defaults', () => {
    expect(loadConfig({})).toEqual({
      roles: ['api', 'controller'],
      auth: 'kubernetes',
      authAudiences: ['workflow-execution'],
      authCacheMs: 10_000,
      rateLimit: 100,
      rateBurst: 200,
      maxStreams: 2_000,
      maxStreamsPerCaller: 100,
      maxConnections: 2_000,
      maxConnectionsPerAddress: 200,
      grpcMaxConnectionAgeMs: 1_800_000,
      grpcMaxConnectionAgeGraceMs: 60_000,
      tlsCertFile: '',
      tlsKeyFile: '',
      tlsClientCaFile: '',
      plaintext: false,
      drainDelayMs: 5_000,
      http: { host: '127.0.0.1', port: 8080 },
      grpc: { host: '127.0.0.1', port: 50051 },
      metrics: { host: '0.0.0.0', port: 9090 },
      health: { host: '0.0.0.0', port: 8081 },
      namespace: 'kubernaut-system',
      clusterLeaseNamespace: 'kube-system',
      watchNamespaces: [],
      cooldownMs: 300_000,
      ttlSuccessMs: 604_800_000,
      ttlFailureMs: 2_592_000_000,
      ttlSkippedMs: 86_400_000,
      historyLimit: 10_000,
      keepPipelineRunsMs: 0,
      allowUnknownKinds: false,
      podSecurity: 'restricted',
      preflightTimeoutMs: 10_000,
      undeclaredParameters: 'warn',
      ...aPolicy({ maxTimeoutMs: 86_400_000 }),
      resyncMs: 600_000,
      workers: 16,
      leaderElection: true,
      leaderLeaseMs: 15_000,
      shutdownMs: 25_000,
      startDeadlineMs: 600_000,
      startDeadlineWhilePaused: false,
      statusDeadlineMs: 600_000,
      dataStorageUrl: '',
      dataStorageTokenFile: '',
      dataStorageCaFile: '',
      dataStorageTimeoutMs: 10_000,
      auditSettleMs: 300_000,
      auditConfirmMs: 3_600_000,
      auditDeleteWaitMs: 900_000,
      auditMaxPending: 20_000,
      logLevel: 'info',
    });
  });

  it.each([
    ['WFE_ROLES', 'controller', 'roles', ['controller']],
    ['WFE_ROLES', 'controller, api,api', 'roles', ['controller', 'api']],
    ['WFE_HTTP_ADDRESS', '[::1]:1', 'http', { host: '::1', port: 1 }],
    ['WFE_GRPC_ADDRESS', 'localhost:9', 'grpc', { host: 'localhost', port: 9 }],
    ['WFE_WATCH_NAMESPACES', 'payment, checkout,payment', 'watchNamespaces', ['payment', 'checkout']],
    ['WFE_RESYNC', '1h30m', 'resyncMs', 5_400_000],
    ['WFE_MAX_TIMEOUT', '30m', 'maxTimeoutMs', 1_800_000],
    ['WFE_POD_SECURITY', 'none', 'podSecurity', 'none'],
    ['WFE_ALLOW_UNKNOWN_KINDS', 'true', 'allowUnknownKinds', true],
    ['WFE_NAMESPACE', 'remediation', 'namespace', 'remediation'],
    ['WFE_CLUSTER_LEASE_NAMESPACE', 'claims', 'clusterLeaseNamespace', 'claims'],
    ['WFE_COOLDOWN', '0s', 'cooldownMs', 0],
    ['WFE_TTL_SUCCESS', '0s', 'ttlSuccessMs', 0],
    ['WFE_TTL_FAILURE', '720h', 'ttlFailureMs', 2_592_000_000],
    ['WFE_TTL_SKIPPED', '10m', 'ttlSkippedMs', 600_000],
    ['WFE_HISTORY_LIMIT', '0', 'historyLimit', 0],
    ['WFE_KEEP_PIPELINE_RUNS', '24h', 'keepPipelineRunsMs', 86_400_000],
    ['WFE_ALLOWED_BUNDLES', 'quay.io/a/*, ghcr.io/b/**', 'allowedBundles', policy.allowedBundles],
    ['WFE_REQUIRE_DIGEST', 'true', 'requireDigest', true],
    ['WFE_ALLOWED_SERVICE_ACCOUNTS', '*:a, b:c', 'allowedServiceAccounts', policy.allowedServiceAccounts],
    ['WFE_WORKERS', '4', 'workers', 4],
    ['WFE_LEADER_ELECTION', 'false', 'leaderElection', false],
    ['WFE_DATA_STORAGE_URL', 'https://data-storage:8443/', 'dataStorageUrl', 'https://data-storage:8443/'],
    ['WFE_LOG_LEVEL', 'debug', 'logLevel', 'debug'],
  ] as const)('reads %s=%s', (variable, text, key, expected) => {
    expect(loadConfig({ [variable]: text })[key]).toEqual(expected);
  });

  it.each<[string, Record<string, string>, string]>([
    ['plaintext beyond loopback', { WFE_HTTP_ADDRESS: '0.0.0.0:8080' }, 'WFE_HTTP_ADDRESS'],
    ['plaintext on a host name', { WFE_GRPC_ADDRESS: 'example.org:50051' }, 'WFE_GRPC_ADDRESS'],
    ['a certificate without its key', { WFE_TLS_CERT_FILE: '/tls.crt' }, 'WFE_TLS_KEY_FILE'],
    ['a key without its certificate', { WFE_TLS_KEY_FILE: '/tls.key' }, 'WFE_TLS_CERT_FILE'],
    ['client certificates without TLS', { WFE_TLS_CLIENT_CA_FILE: '/ca.crt' }, 'WFE_TLS_CERT_FILE'],
    [
      'gRPC without authentication beyond loopback',
      { WFE_AUTH: 'none', WFE_PLAINTEXT: 'true', WFE_GRPC_ADDRESS: '0.0.0.0:50051' },
      'WFE_GRPC_ADDRESS',
    ],
    ['a drain that outlasts the shutdown', { WFE_DRAIN_DELAY: '25s' }, 'WFE_DRAIN_DELAY'],
    [
      'refused parameters without a preflight',
      { WFE_UNDECLARED_PARAMETERS: 'refuse', WFE_PREFLIGHT_TIMEOUT: '0s' },
      'WFE_PREFLIGHT_TIMEOUT',
    ],
    [
      'a certificate with client certificates and no key',
      { WFE_TLS_CERT_FILE: '/a', WFE_TLS_CLIENT_CA_FILE: '/b' },
      'WFE_TLS_KEY_FILE',
    ],
    [
      'REST without authentication beyond loopback',
      { WFE_AUTH: 'none', WFE_PLAINTEXT: 'true', WFE_HTTP_ADDRESS: '0.0.0.0:80' },
      'WFE_HTTP_ADDRESS',
    ],
    [
      'TLS without authentication beyond loopback',
      { WFE_AUTH: 'none', WFE_TLS_CERT_FILE: '/a', WFE_TLS_KEY_FILE: '/b', WFE_GRPC_ADDRESS: '0.0.0.0:80' },
      'WFE_GRPC_ADDRESS',
    ],
  ])('rejects %s', (_, env, variable) => {
    expect(() => loadConfig(env)).toThrow(new RegExp(`^${variable} is '.*' but must be .+$`));
  });

  it.each<[string, Record<string, string>]>([
    ['plaintext beyond loopback with WFE_PLAINTEXT', { WFE_HTTP_ADDRESS: '0.0.0.0:80', WFE_PLAINTEXT: 'true' }],
    [
      'TLS beyond loopback',
      { WFE_GRPC_ADDRESS: '[::]:443', WFE_TLS_CERT_FILE: '/tls.crt', WFE_TLS_KEY_FILE: '/tls.key' },
    ],
    ['no authentication on loopback', { WFE_AUTH: 'none' }],
    ['any address without the role api', { WFE_ROLES: 'controller', WFE_HTTP_ADDRESS: '0.0.0.0:80' }],
    ['a drain that is shorter than the shutdown', { WFE_DRAIN_DELAY: '24999ms' }],
    ['client certificates with TLS', { WFE_TLS_CERT_FILE: '/a', WFE_TLS_KEY_FILE: '/b', WFE_TLS_CLIENT_CA_FILE: '/c' }],
  ])('allows %s', (_, env) => {
    expect(() => loadConfig(env)).not.toThrow();
  });

  it.each([
    ['WFE_ROLES', '', 'one or more of api, controller'],
    ['WFE_ROLES', 'api,web', 'one or more of api, controller'],
    ['WFE_HTTP_ADDRESS', '8080', 'host:port'],
    ['WFE_HTTP_ADDRESS', '127.0.0.1:65536', 'host:port'],
    ['WFE_HTTP_ADDRESS', '127.0.0.1:0', 'host:port'],
    ['WFE_WATCH_NAMESPACES', 'Payment', 'names of namespaces'],
    ['WFE_NAMESPACE', '', 'the name of a namespace'],
    ['WFE_COOLDOWN', '-5m', 'a duration from 0s to 24h'],
    ['WFE_ALLOWED_BUNDLES', '', 'repositories with their registry'],
    ['WFE_ALLOWED_BUNDLES', 'quay.io/a/*,', 'repositories with their registry'],
    ['WFE_ALLOWED_BUNDLES', 'a/*', 'repositories with their registry'],
    ['WFE_REQUIRE_DIGEST', 'sometimes', 'true or false'],
    ['WFE_ALLOWED_SERVICE_ACCOUNTS', '', 'pairs `namespace:name`'],
    ['WFE_ALLOWED_SERVICE_ACCOUNTS', 'admin', 'pairs `namespace:name`'],
    ['WFE_RESYNC', '10', 'a duration from 1s to 24h'],
    ['WFE_MAX_TIMEOUT', '0s', 'a duration from 1s to 8760h'],
    ['WFE_RESYNC', '25h', 'a duration from 1s to 24h'],
    ['WFE_LEADER_ELECTION', 'yes', 'true or false'],
    ['WFE_LEADER_LEASE', '3500ms', 'a duration from 3s to 5m in whole seconds'],
    ['WFE_WORKERS', '0', 'a whole number from 1 to 256'],
    ['WFE_WORKERS', '1e2', 'a whole number from 1 to 256'],
    ['WFE_DATA_STORAGE_URL', 'data-storage:8080', 'an http or https URL'],
    ['WFE_DATA_STORAGE_URL', 'https://me:secret@data-storage', 'an http or https URL without credentials'],
    ['WFE_LOG_LEVEL', 'loud', 'one of trace, debug'],
  ])('rejects %s=%s with name, value and rule', (variable, text, rule) => {
    expect(() => loadConfig({ [variable]: text })).toThrow(ConfigError);
    expect(() => loadConfig({ [variable]: text })).toThrow(`${variable} is '${text}' but must be `);
    expect(() => loadConfig({ [variable]: text })).toThrow(rule);
  });

  it('reports every violation of a cross-field rule on a line of its own', () => {
    const env = { WFE_HTTP_ADDRESS: '0.0.0.0:80', WFE_GRPC_ADDRESS: '0.0.0.0:90' };
    expect(() => loadConfig(env)).toThrow(
      /^WFE_HTTP_ADDRESS is '0\.0\.0\.0:80' but must be .+\nWFE_GRPC_ADDRESS is '0\.0\.0\.0:90' but must be .+$/,
    );
    expect(() => loadConfig({ WFE_SHUTDOWN_TIMEOUT: '1s' })).toThrow(/^WFE_DRAIN_DELAY is '5s' but must be .+/);
    expect(() => loadConfig(env)).toThrow(expect.objectContaining({ name: 'ConfigError' }));
  });

  it('reports all invalid settings', () => {
    const broken = { WFE_WORKERS: 'many', WFE_RESYNC: 'often' };
    expect(() => loadConfig(broken)).toThrow(/^WFE_RESYNC is .+\nWFE_WORKERS is .+$/);
  });

  it('has the setting that a policy violation names', () => {
    const rules: Readonly<Record<PolicyRule, string>> = {
      WFE_ALLOWED_BUNDLES: settings.allowedBundles.variable,
      WFE_REQUIRE_DIGEST: settings.requireDigest.variable,
      WFE_ALLOWED_SERVICE_ACCOUNTS: settings.allowedServiceAccounts.variable,
      WFE_MAX_TIMEOUT: settings.maxTimeoutMs.variable,
    };
    expect(Object.values(rules)).toEqual(Object.keys(rules));
  });

  it('has a unique name and a description for every setting', () => {
    const all = Object.values(settings);
    expect(new Set(all.map(({ variable }) => variable)).size).toBe(all.length);
    for (const { variable, description, rule } of all) {
      expect(variable).toMatch(/^WFE_[A-Z]+(_[A-Z]+)*$/);
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(rule.allowed).not.toBe('');
    }
  });

  it('is documented in docs/reference/settings.md', async () => {
    const page = await readFile(new URL('../../docs/reference/settings.md', import.meta.url), 'utf8');
    for (const { variable, default: default_, description } of Object.values(settings)) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${variable}\` `));
      expect(row).toContain(description);
      if (default_ !== '') expect(row).toContain(`\`${default_}\``);
    }
  });

  it('reports unknown variables', () => {
    const env = { WFE_WORKRES: '3', WFE_WORKERS: '3', HOME: '/root', MY_WFE_: '1' };
    expect(unknownVariables(env)).toEqual(['WFE_WORKRES']);
  });
});

const inPod = () => Buffer.from('remediation\n');
const notInPod = () => {
  throw new Error('ENOENT');
};

describe('the default namespace', () => {
  it("is the pod's namespace", () => {
    expect(withPodNamespace({}, inPod)).toEqual({ WFE_NAMESPACE: 'remediation' });
  });

  it('is read from the file that Kubernetes mounts', () => {
    const read = (file: string) => file;
    expect(withPodNamespace({ HOME: '/' }, read)).toEqual({
      HOME: '/',
      WFE_NAMESPACE: '/var/run/secrets/kubernetes.io/serviceaccount/namespace',
    });
  });

  it('does not override WFE_NAMESPACE', () => {
    expect(withPodNamespace({ WFE_NAMESPACE: 'kubernaut' }, inPod)).toEqual({ WFE_NAMESPACE: 'kubernaut' });
  });

  it('is not set outside a pod', () => {
    expect(withPodNamespace({ HOME: '/' }, notInPod)).toEqual({ HOME: '/' });
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from '../cluster/command.ts';
import { refusals } from '../rights/check-rules.ts';
import { auditLog } from '../rights/violations.ts';
import { lockedPurls, nativeFiles, readSbom, runOnArm64, sbomErrors } from './image-contents.ts';
import { ReleaseFixture } from './release-fixture.ts';

const reason = process.env['WFE_TEST_NO_PODS'];
const describeOnPods = reason === undefined ? describe : describe.skip;
const title = 'a release';
const files = [
  'SHA256SUMS',
  'THIRD-PARTY-LICENSES.txt',
  'image',
  'install.yaml',
  'sbom-linux-amd64.cdx.json',
  'sbom-linux-arm64.cdx.json',
  'smoke-test',
  'smoke-test.yaml',
  'workflow-execution-0.1.0.tgz',
];
const architectures = ['amd64', 'arm64'];
const crd = 'workflowexecutions.workflowexecution.kubernaut.ai';
/** Milliseconds for starting a cluster, building an image for two platforms, and a first build of Helm, on two busy cores. */
const patience = 1_800_000;

describeOnPods(reason === undefined ? title : `${title} (skipped: ${reason})`, () => {
  let release: ReleaseFixture;

  const path = (name: string) => join(release.out, name);
  const text = (name: string) => readFileSync(path(name), 'utf8');
  const imageFor = (architecture: string) =>
    release.layout.images.find((image) => image.architecture === architecture)!;

  beforeAll(async () => {
    release = await ReleaseFixture.start();
  }, patience);

  afterAll(() => release.stop(), patience);

  it('has artefacts that match their checksums', async () => {
    expect(readdirSync(release.out).toSorted()).toEqual(files);
    await expect(runCommand('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: release.out })).resolves.toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(text('SHA256SUMS').match(/ {2}[^/\s]+$/gm)).toHaveLength(files.length - 3);
  });

  it(
    'is the same, byte for byte, when it is made again',
    async () => {
      const again = await release.makeAgain();
      expect(readFileSync(join(again, 'SHA256SUMS'), 'utf8')).toBe(text('SHA256SUMS'));
    },
    patience,
  );

  it('has an image of less than 90 MB for each platform', () => {
    expect(release.layout.images.map(({ architecture }) => architecture)).toEqual(architectures);
    for (const { size } of release.layout.images) expect(size).toBeLessThan(90e6);
  });

  it('pushes the image as it is in the layout', async () => {
    const [host = '', ...repository] = release.repository.split('/');
    const { headers } = await fetch(`http://${host}/v2/${repository.join('/')}/manifests/0.1.0`);
    expect(headers.get('docker-content-digest')).toBe(release.layout.digest);
  });

  it.each(architectures)('lists in the SBOM what is in the image for %s', (architecture) => {
    const { components, image } = readSbom(path(`sbom-linux-${architecture}.cdx.json`));
    const purls = components.map(({ purl }) => purl);

    expect([...new Set(purls.filter((purl) => purl.startsWith('pkg:npm/')))].toSorted()).toEqual(lockedPurls());
    const others = purls.filter((purl) => !purl.startsWith('pkg:npm/')).map((purl) => purl.replace(/@[^?]*/, ''));
    const debian = ['gcc-12-base', 'libc6', 'libgcc-s1', 'libjemalloc2', 'libstdc%2B%2B6'];
    expect(others).toEqual([
      'pkg:generic/node',
      ...debian.map((name) => `pkg:deb/debian/${name}?arch=${architecture}`),
    ]);
    expect(image).toContain(encodeURIComponent(imageFor(architecture).digest));
  });

  it.each(architectures)(
    'has an SBOM for %s that is valid CycloneDX',
    async (architecture) => {
      await expect(sbomErrors(path(`sbom-linux-${architecture}.cdx.json`))).resolves.toBe('');
    },
    patience,
  );

  it('has the licenses of everything in the image', () => {
    const licenses = text('THIRD-PARTY-LICENSES.txt');
    const { components } = readSbom(path('sbom-linux-amd64.cdx.json'));
    const titles = components.map(({ name, version, purl }) => {
      if (purl.startsWith('pkg:npm/')) return `\n${name} ${version} (`;
      return purl.startsWith('pkg:deb/') ? `\nDebian package ${name}\n` : 'Node.js is licensed for use as follows';
    });
    expect(titles.filter((one) => !licenses.includes(one))).toEqual([]);
  });

  it('has an application without native code, which is the same on all platforms', async () => {
    const [amd64 = '', arm64 = ''] = await Promise.all(release.layout.images.map((image) => release.unpacked(image)));
    expect(nativeFiles(join(arm64, 'app'))).toEqual([]);
    const difference = await runCommand('diff', ['--recursive', join(amd64, 'app'), join(arm64, 'app')]);
    expect(difference).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it(
    'has an image for arm64 that starts and checks its settings',
    async () => {
      const image = imageFor('arm64');
      const { code, stderr } = await runOnArm64(await release.unpacked(image), image, { WFE_COOLDOWN: 'soon' });
      expect(stderr).toMatch(/WFE_COOLDOWN is 'soon'/);
      expect(code).toBe(1);
    },
    patience,
  );

  describe('after kubectl apply -f install.yaml', () => {
    beforeAll(async () => {
      await release.kubectl('apply', '--server-side', '-f', path('install.yaml'));
      await release.ready();
      await release.createNamespace();
    }, patience);

    it('runs the image by digest', async () => {
      const images = await release.inSystem('get', 'pods', '-o', 'jsonpath={.items[*].spec.containers[0].image}');
      expect(new Set(images.split(' '))).toEqual(new Set([`${release.repository}@${release.layout.digest}`]));
    });

    it.each([
      ['workflow-execution', 'api', 'http grpc metrics'],
      ['workflow-execution-controller', 'controller', 'metrics'],
    ] as const)('has Service %s in front of the %s', async (service, role, ports) => {
      const slice = '{.items[0].endpoints[*].targetRef.name}|{.items[0].ports[*].name}';
      const label = `kubernetes.io/service-name=${service}`;
      const [pods = '', names = ''] = (
        await release.inSystem('get', 'endpointslices', '-l', label, '-o', `jsonpath=${slice}`)
      ).split('|');
      expect(pods.split(' ').map((pod) => pod.replace(/-[^-]+-[^-]+$/, ''))).toEqual([
        `workflow-execution-${role}`,
        `workflow-execution-${role}`,
      ]);
      expect(names.split(' ').toSorted()).toEqual(ports.split(' ').toSorted());
    });

    it.each(['api', 'controller'])('runs the %s as non-root with a read-only root filesystem', async (role) => {
      const script = 'try { fs.writeFileSync("/app/x", "") } catch (e) { console.log(process.getuid(), e.code) }';
      await expect(release.evaluate(role, script)).resolves.toBe('65532 EROFS\n');
    });

    it.each(['api', 'controller'])('allocates the memory of the %s with jemalloc', async (role) => {
      const script = 'console.log(fs.readFileSync("/proc/self/maps", "utf8").includes("libjemalloc"))';
      await expect(release.evaluate(role, script)).resolves.toBe('true\n');
    });

    it('passes the smoke test', async () => {
      await release.kubectl('apply', '-f', path('smoke-test.yaml'));
      await expect(release.ended('smoke-test', 'default')).resolves.toMatch(/Completed +Completed/);
      await release.kubectl('delete', '-f', path('smoke-test.yaml'));
    });

    it.each(['REST', 'gRPC'] as const)('completes an execution that a caller creates over %s', async (transport) => {
      const name = `over-${transport.toLowerCase()}`;
      await release.create(name, transport);
      await expect(release.ended(name)).resolves.toMatch(/Completed +Completed/);
    });

    it('has every permission that it needs', () => {
      const entries = auditLog(release.directory);
      expect(entries).not.toHaveLength(0);
      expect(refusals(entries)).toEqual([]);
    });

    it('is gone after kubectl delete -f install.yaml', async () => {
      await release.kubectl('delete', 'workflowexecutions', '--all', '--all-namespaces');
      await release.kubectl('delete', '-f', path('install.yaml'));
      await release.kubectl('-n', 'kube-system', 'delete', 'lease', 'workflow-execution-installation');

      await expect(release.remains()).resolves.toBe('');
      await expect(release.kubectl('get', 'crd', crd)).rejects.toThrow('NotFound');
    });
  });

  describe('after helm install', () => {
    const system = ['--namespace', 'kubernaut-system', '--wait'];
    const name = 'workflow-execution';
    const chart = () => path('workflow-execution-0.1.0.tgz');

    beforeAll(async () => {
      await release.helm.run('install', name, chart(), ...system, '--create-namespace');
    }, patience);

    it('completes an execution', async () => {
      await release.create('by-helm', 'REST');
      await expect(release.ended('by-helm')).resolves.toMatch(/Completed +Completed/);
    });

    it(
      'takes new values with helm upgrade',
      async () => {
        await release.helm.run('upgrade', name, chart(), ...system, '--reuse-values', '--set', 'controller.replicas=1');
        const replicas = ['deployment', 'workflow-execution-controller', '-o', 'jsonpath={.spec.replicas}'];
        await expect(release.inSystem('get', ...replicas)).resolves.toBe('1');
      },
      patience,
    );

    it(
      'leaves executions and their CRD after helm uninstall',
      async () => {
        await release.helm.run('uninstall', name, ...system);
        await expect(release.remains()).resolves.toBe('');
        await expect(release.ended('by-helm')).resolves.toContain('Completed');
      },
      patience,
    );
  });
});

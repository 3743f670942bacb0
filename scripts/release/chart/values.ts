import { Document, isMap, isScalar, YAMLMap } from 'yaml';
import { settings } from '../../../src/config/settings.ts';
import type { JsonRecord } from '../../../src/kubernetes/json.ts';
import { components, valueKey, type Component } from './components.ts';

/** A value of the chart. */
interface Value {
  readonly path: readonly string[];
  readonly default: unknown;
  /** JSON schema, without the description. */
  readonly schema: JsonRecord;
  readonly description: string;
}

/** Defaults that depend on the release and on the manifests. */
export interface Defaults {
  readonly image: { readonly repository: string; readonly digest: string };
  /** `resources` of the containers, by role. */
  readonly resources: { readonly api: JsonRecord; readonly controller: JsonRecord };
}

const boolean = { type: 'boolean' } as const;
const namespace = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' } as const;
const digest = { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' } as const;

const componentDescriptions: Readonly<Record<Component, string>> = {
  'execution-policy': 'Restrictive settings for what may run; name your bundles in settings.',
  'high-availability': 'A third API replica, spreading over nodes and zones, a PriorityClass.',
  tls: 'TLS with the certificate of your own Secret.',
  'cert-manager': 'TLS with a certificate from cert-manager.',
  monitoring: 'ServiceMonitor, alerts and dashboard; needs the Prometheus operator.',
  tracing: 'Traces to an OpenTelemetry collector.',
  kubernaut: "Audit trail in Kubernaut's data storage; install into Kubernaut's namespace.",
  'one-process': 'One Deployment with both roles, for small clusters.',
  'created-by': 'Name of whoever creates an execution with kubectl; needs Kubernetes 1.36.',
  openshift: 'Security context and DNS for OpenShift.',
};

function valuesOf({ image, resources }: Defaults): readonly Value[] {
  return [
    ...imageValues(image),
    ...roleValues('api', 'API', resources.api),
    ...roleValues('controller', 'controller', resources.controller),
    ...settingsValues(),
    ...optionalObjects(),
    ...componentValues(),
  ];
}

function imageValues(image: Defaults['image']): Value[] {
  return [
    {
      path: ['image', 'repository'],
      default: image.repository,
      schema: { type: 'string', minLength: 1 },
      description: 'Registry and repository of the image.',
    },
    {
      path: ['image', 'tag'],
      default: '',
      schema: { type: 'string' },
      description: 'Tag of the image if it has no digest; the version of the chart if empty.',
    },
    { path: ['image', 'digest'], default: image.digest, schema: digest, description: 'Digest that pins the image.' },
    {
      path: ['image', 'pullSecrets'],
      default: [],
      schema: { type: 'array', items: { ...closed([['name', { type: 'string' }]]), required: ['name'] } },
      description: 'References to Secrets for a private registry: [{ name: … }].',
    },
  ];
}

function roleValues(name: 'api' | 'controller', title: string, resources: JsonRecord): Value[] {
  return [
    {
      path: [name, 'replicas'],
      default: null,
      schema: { type: ['integer', 'null'], minimum: 1 },
      description: `Pods of the ${title}; null for the number in the manifests.`,
    },
    {
      path: [name, 'resources'],
      default: resources,
      schema: closed([
        ['limits', { type: 'object' }],
        ['requests', { type: 'object' }],
        ['claims', { type: 'array' }],
      ]),
      description: `Resources of a pod of the ${title}.`,
    },
  ];
}

function settingsValues(): Value[] {
  return [
    {
      path: ['settings'],
      default: {},
      schema: settingsSchema(),
      description:
        'Environment variables of both roles (docs/reference/settings.md), as strings. Restart the pods after a change.',
    },
    {
      path: ['dataStorage', 'url'],
      default: '',
      schema: { type: 'string', pattern: '^(https?://.+)?$' },
      description: 'Data storage service for the audit trail; empty for audit events in the log.',
    },
    {
      path: ['dataStorage', 'namespace'],
      default: 'kubernaut-system',
      schema: namespace,
      description: 'Namespace of the data storage service, which the NetworkPolicy admits.',
    },
  ];
}

function optionalObjects(): Value[] {
  return [
    {
      path: ['networkPolicy', 'enabled'],
      default: true,
      schema: boolean,
      description: 'NetworkPolicies for the pods of the service.',
    },
    {
      path: ['admissionPolicies', 'enabled'],
      default: true,
      schema: boolean,
      description: 'Admission policies that keep others from interfering with executions. Do not disable them lightly.',
    },
    {
      path: ['namespace', 'create'],
      default: false,
      schema: boolean,
      description: 'Whether the Namespace with its labels is part of the release, for `helm template` and GitOps.',
    },
    {
      path: ['crds', 'enabled'],
      default: true,
      schema: boolean,
      description: 'Whether the CRD is part of the release.',
    },
    {
      path: ['crds', 'keep'],
      default: true,
      schema: boolean,
      description: 'Keeps the CRD, and with it all executions, when the release is uninstalled.',
    },
  ];
}

function componentValues(): Value[] {
  const toggle = (component: Component, ...more: Value[]): Value[] => [
    {
      path: [valueKey(component), 'enabled'],
      default: false,
      schema: boolean,
      description: componentDescriptions[component],
    },
    ...more,
  ];
  return [
    ...toggle('tls', {
      path: ['tls', 'secretName'],
      default: 'workflow-execution-tls',
      schema: { type: 'string', minLength: 1 },
      description: 'Secret with tls.crt and tls.key, your own or that of cert-manager.',
    }),
    ...toggle('cert-manager'),
    ...toggle('execution-policy'),
    ...toggle('high-availability'),
    ...toggle('monitoring', {
      path: ['monitoring', 'namespace'],
      default: 'monitoring',
      schema: namespace,
      description: 'Namespace of Prometheus, which the NetworkPolicy admits.',
    }),
    ...toggle(
      'tracing',
      {
        path: ['tracing', 'endpoint'],
        default: 'http://otel-collector.observability.svc:4318',
        schema: { type: 'string', minLength: 1 },
        description: 'OTLP endpoint of the collector.',
      },
      {
        path: ['tracing', 'namespace'],
        default: 'observability',
        schema: namespace,
        description: 'Namespace of the collector.',
      },
    ),
    ...toggle('kubernaut'),
    ...toggle('one-process'),
    ...toggle('created-by'),
    ...toggle('openshift'),
  ];
}

/**
 * Names of all variables but WFE_ROLES, which each Deployment sets, so that a misspelt one is refused; the service checks the
 * values.
 */
function settingsSchema(): JsonRecord {
  const variables = Object.values(settings)
    .filter((setting) => setting !== settings.roles)
    .map(({ variable, description }) => [variable, { type: 'string', description }]);
  return {
    type: 'object',
    properties: Object.fromEntries(variables),
    patternProperties: { '^OTEL_': { type: 'string' } },
    additionalProperties: false,
  };
}

/** values.yaml, with a comment for each value. */
export function valuesFile(defaults: Defaults): string {
  const document = new Document();
  const root = new YAMLMap();
  for (const { path, default: value, description } of valuesOf(defaults)) {
    const [group = '', key] = path;
    const pair = document.createPair(key ?? group, value);
    if (isScalar(pair.key)) pair.key.commentBefore = ` ${description}`;
    if (key !== undefined && !root.has(group)) root.add(document.createPair(group, new YAMLMap()));
    const parent = key === undefined ? root : root.get(group);
    if (isMap(parent)) parent.add(pair);
  }
  document.contents = root;
  return document.toString({ lineWidth: 0 });
}

/** Keys of the components, which are off without a value. */
const toggles: ReadonlySet<string | undefined> = new Set(components.map(valueKey));

function isToggle([group, key]: readonly string[]): boolean {
  return key === 'enabled' && toggles.has(group);
}

/** values.schema.json. A value that was removed with null is an error, except where that disables a component. */
export function valuesSchema(defaults: Defaults): string {
  const values = valuesOf(defaults).map(({ path, schema, default: value, description }) => ({
    path,
    schema: { description, default: value, ...schema },
    required: value !== null && !isToggle(path),
  }));
  const groups = Object.groupBy(values, ({ path: [group = ''] }) => group);
  const properties = Object.entries(groups).map(([group, members = []]) => {
    const own = members.find(({ path }) => path.length === 1);
    const nested = members.map(({ path: [, key = ''], schema }) => [key, schema] as const);
    const required = members.filter((member) => member.required).map(({ path: [, key = ''] }) => key);
    return [group, own?.schema ?? { ...closed(nested), required }] as const;
  });
  // Helm passes `global` to charts that are dependencies.
  const all = closed([...properties, ['global', { type: 'object' }]]);
  const schema = { ...all, required: Object.keys(groups).filter((group) => !toggles.has(group)) };
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...schema }, undefined, 2)}\n`;
}

/** The schema of an object that has no other properties. */
function closed(properties: readonly (readonly [name: string, schema: JsonRecord])[]): JsonRecord {
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

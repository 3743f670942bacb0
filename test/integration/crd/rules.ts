/** Any JSON object, since some cases violate the types. */
export type Json = object;

/** One rule of the CRD on the spec, with a valid and an invalid value. */
export interface CreateRule {
  /** Path below `spec` that the error must name. */
  readonly field: string;
  readonly good: unknown;
  readonly bad: unknown;
  /** The two values, short enough for a test title. */
  readonly shownGood: string;
  readonly shownBad: string;
  /** Part of the message. */
  readonly says: string;
  change(spec: Json, value: unknown): Json;
}

/** One rule on changes of the spec. `null` means an absent field, as in a merge patch. */
export interface UpdateRule {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly says: string;
}

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const dnsSubdomain = "must be a DNS subdomain name (lower case letters, digits, '-' and '.')";
const noSpace = 'must not contain white space or control characters';
const ociReference = 'must be an OCI reference, [host[:port]/]repository[:tag][@sha256:digest]';
const target = 'must be namespace/kind/name, or kind/name for a cluster-scoped resource';
/** An API group of 253 characters. */
const group = Array.from({ length: 127 }, () => 'a').join('.');
const noExpansion = "must not contain '$(', '$$', NUL or U+FFFD, nor end in '$'";
const goDuration = 'must be a Go duration of at least 1s';

/** A rule on one field. The value may be set at another path than the one that the error names. */
function rule(field: string, good: unknown, bad: unknown, says: string, place: string = field): CreateRule {
  return {
    ...{ field, good, bad, says, shownGood: shown(good), shownBad: shown(bad) },
    change: (spec, value) => put(spec, place.split('.'), value),
  };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 20)}… (${text.length} characters)`;
}

function put(json: Json, [first = '', ...rest]: readonly string[], value: unknown): Json {
  if (rest.length === 0 && value === undefined) {
    return Object.fromEntries(Object.entries(json).filter(([key]) => key !== first));
  }
  const inner: unknown = Object.entries(json).find(([key]) => key === first)?.[1] ?? {};
  const next = rest.length === 0 ? value : put(typeof inner === 'object' && inner !== null ? inner : {}, rest, value);
  return { ...json, [first]: next };
}

/** Parameters with this total size in bytes. */
function bytes(count: number): Json {
  return { A: 'a'.repeat(8192), B: 'b'.repeat(count - 8192 - 2) };
}

function entries(count: number): Json {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`KEY_${index}`, 'value']));
}

/** Changes finallyTimeout with a timeout of an hour. */
function ofAnHour(spec: Json, finallyTimeout: unknown): Json {
  return put(spec, ['executionConfig'], { timeout: '1h', finallyTimeout });
}

const image = 'workflowRef.containerImage';
const ref = 'remediationRequestRef';

/** Every rule on a new spec. */
export const createRules: readonly CreateRule[] = [
  rule(ref, { name: 'rr-1' }, undefined, 'Required value'),
  rule(`${ref}.name`, 'rr-1.example', undefined, 'Required value'),
  rule(`${ref}.name`, 'a'.repeat(253), 'a'.repeat(254), 'may not be more than 253'),
  rule(`${ref}.name`, 'rr-1', '', 'at least 1 chars long'),
  rule(`${ref}.name`, '0-rr', 'RR_1', dnsSubdomain),
  rule(`${ref}.namespace`, 'kubernaut-system', 'kubernaut.system', 'must be a DNS label'),
  rule(`${ref}.namespace`, 'a'.repeat(63), 'a'.repeat(64), 'may not be more than 63'),
  rule(`${ref}.apiVersion`, 'remediation.kubernaut.ai/v1alpha1', 'a'.repeat(318), 'may not be more than 317'),
  rule(`${ref}.kind`, 'RemediationRequest', 'a'.repeat(64), 'may not be more than 63'),
  rule(`${ref}.uid`, '5e0b7a5c', 'a'.repeat(129), 'may not be more than 128'),
  rule(`${ref}.resourceVersion`, '12', 'a'.repeat(129), 'may not be more than 128'),
  rule(`${ref}.fieldPath`, 'spec', 'a'.repeat(1025), 'may not be more than 1024'),
  rule('workflowRef', { workflowId: 'a', version: '1', containerImage: 'a' }, undefined, 'Required value'),
  rule('workflowRef.workflowId', 'oomkill', undefined, 'Required value'),
  rule('workflowRef.workflowId', 'oomkill', '', 'at least 1 chars long'),
  rule('workflowRef.workflowId', 'a'.repeat(253), 'a'.repeat(254), 'may not be more than 253'),
  rule('workflowRef.workflowId', 'Ökonomie/β_1', 'oom kill', noSpace),
  rule('workflowRef.workflowId', 'oom-kill', 'oom\u0007kill', noSpace),
  rule('workflowRef.version', '1.0.0+build.1', undefined, 'Required value'),
  rule('workflowRef.version', 'latest', '', 'at least 1 chars long'),
  rule('workflowRef.version', 'a'.repeat(128), 'a'.repeat(129), 'may not be more than 128'),
  rule('workflowRef.version', '1.0.0', '1.0.0\n', noSpace),
  rule('workflowRef.version', '1.0.0\u{e000}', '1.0.0\u00a0', noSpace),
  rule('workflowRef.version', '1.0.0\u{2fffe}', '1.0.0\u202e', noSpace),
  rule(image, 'busybox', undefined, 'Required value'),
  rule(image, 'quay.io/kubernaut/oomkill', '', 'at least 1 chars long'),
  rule(image, `a/${'b'.repeat(510)}`, `a/${'b'.repeat(511)}`, 'may not be more than 512'),
  rule(image, '127.0.0.1:5000/a/b_c:v1.0', 'quay.io/Kubernaut/oomkill', ociReference),
  rule(image, '[::1]:5000/a:v1', 'https://quay.io/a:v1', ociReference),
  rule(image, '[fe80::1]/a', '[a]/a', ociReference),
  rule(image, `quay.io/a/b:v1@${digest}`, 'quay.io/a/b@sha256:abc', ociReference),
  rule(image, 'a--b/c__d', 'quay.io/a/b:', ociReference),
  rule(image, 'registry.example:5000/a', 'a:v1 ', ociReference),
  rule('workflowRef.containerDigest', digest, 'sha256:abc', "must be 'sha256:' and 64 lower case hexadecimal digits"),
  rule('workflowRef.containerDigest', digest, digest.toUpperCase(), "must be 'sha256:' and 64"),
  rule('workflowRef.containerDigest', digest, `${digest}0`, 'may not be more than 71'),
  rule('workflowRef.workflowName', 'Increase memory', '', 'at least 1 chars long'),
  rule('workflowRef.workflowName', 'a'.repeat(253), 'a'.repeat(254), 'may not be more than 253'),
  rule('workflowRef.workflowName', 'oomkill', 'oom\u0007kill', 'must not contain control characters'),
  rule('workflowRef.actionType', 'IncreaseMemoryLimits', '', 'at least 1 chars long'),
  rule('workflowRef.actionType', 'a'.repeat(128), 'a'.repeat(129), 'may not be more than 128'),
  rule('workflowRef.actionType', 'ScaleReplicas', 'Scale replicas', noSpace),
  rule(
    'workflowRef.secretParameters[1]',
    ['A', 'MEMORY_LIMIT'],
    ['A', 'A'],
    'Duplicate value',
    'workflowRef.secretParameters',
  ),
  rule(
    'workflowRef.secretParameters',
    Array.from({ length: 64 }, (_, i) => `A${i}`),
    Array.from({ length: 65 }, (_, i) => `A${i}`),
    'must have at most 64 items',
  ),
  rule('workflowRef.secretParameters[0]', ['A'], ['a-b'], 'must be UPPER_SNAKE_CASE', 'workflowRef.secretParameters'),
  {
    ...rule(
      'workflowRef.containerDigest',
      `a@${digest}`,
      `a@sha256:${'0'.repeat(64)}`,
      'the digest that containerImage',
    ),
    change: (spec, value) => put(put(spec, image.split('.'), value), ['workflowRef', 'containerDigest'], digest),
  },
  rule('targetResource', 'payment/deployment/payment-api', undefined, 'Required value'),
  rule('targetResource', 'node/worker-1', 'worker-1', target),
  rule('targetResource', 'clusterrole/system:node', 'a/b/c/d', target),
  rule('targetResource', 'default/Deployment/nginx', 'default/-deployment/nginx', target),
  rule('targetResource', 'payment/Rollouts.argoproj.io/api', 'payment/rollouts./api', target),
  rule('targetResource', 'ClusterIssuer.cert-manager.io/a', 'clusterissuer.Cert-Manager.io/a', target),
  rule('targetResource', 'payment/deployment/api', 'payment//api', target),
  rule('targetResource', 'payment/deployment/api', '/deployment/api', target),
  rule('targetResource', 'payment/deployment/api', 'payment/deployment/', target),
  rule('targetResource', 'a/b', 'a/', 'at least 3 chars long'),
  rule(
    'targetResource',
    `${'a'.repeat(63)}/${'b'.repeat(63)}.${group}/${'c'.repeat(253)}`,
    'a'.repeat(636),
    'may not be more than 635',
  ),
  rule('parameters', { MEMORY_LIMIT: '512Mi', A: '', A1_B2: 'x' }, { memoryLimit: 'x' }, 'must be UPPER_SNAKE_CASE'),
  rule('parameters', { A: 'x' }, { _A: 'x' }, 'must be UPPER_SNAKE_CASE'),
  rule('parameters', { A_B: 'x' }, { A__B: 'x' }, 'must be UPPER_SNAKE_CASE'),
  rule('parameters', { ['A'.repeat(128)]: 'x' }, { ['A'.repeat(129)]: 'x' }, 'at most 128 characters'),
  rule('parameters', entries(64), entries(65), 'must have at most 64 items'),
  rule('parameters.A', 'a'.repeat(8192), 'a'.repeat(8193), 'may not be more than 8192'),
  rule('parameters.A', '5', 5, 'must be of type string'),
  rule('parameters[A]', 'costs $5', 'restarted at $(date)', noExpansion, 'parameters.A'),
  rule('parameters[A]', 'a$b', 'a$$b', noExpansion, 'parameters.A'),
  rule('parameters[A]', '^a$|b', '^a$', noExpansion, 'parameters.A'),
  rule('parameters[A]', 'a\ufffc', 'a\ud800', noExpansion, 'parameters.A'),
  rule('parameters[A]', 'a\u0001\n\u2028😀<', 'a\0', noExpansion, 'parameters.A'),
  rule('parameters', bytes(10_240), bytes(10_241), 'at most 10240 bytes of UTF-8'),
  rule('parameters', { A: 'é'.repeat(5119), B: '' }, { A: 'é'.repeat(5119), B: 'x' }, 'at most 10240 bytes of UTF-8'),
  rule(
    'parameters[TARGET_RESOURCE]',
    'payment/deployment/payment-api',
    'payment/deployment/other',
    'must be left out or equal spec.targetResource',
    'parameters.TARGET_RESOURCE',
  ),
  rule('confidence', 0, -0.1, 'greater than or equal to 0'),
  rule('confidence', 1, 1.1, 'less than or equal to 1'),
  rule('confidence', 0.5, 'high', 'must be of type number'),
  rule('rationale', 'a'.repeat(16384), 'a'.repeat(16385), 'may not be more than 16384'),
  rule('overrideCooldownReason', 'agreed: #7', 'agreed: 7', 'at least 10 chars long'),
  rule('overrideCooldownReason', 'a'.repeat(500), 'a'.repeat(501), 'may not be more than 500'),
  rule('overrideCooldownReason', 'agreed with Ökonomie', '          ', 'must start with a visible character'),
  rule('overrideCooldownReason', 'agreed with them', 'agreed\nwith them', 'not contain control characters'),
  rule('executionConfig.serviceAccountName', 'remediator.v1', '', 'at least 1 chars long'),
  rule('executionConfig.serviceAccountName', 'remediator', 'Remediator', dnsSubdomain),
  rule('executionConfig.serviceAccountName', 'a'.repeat(253), 'a'.repeat(254), 'may not be more than 253'),
  rule('executionConfig.timeout', '1h30m', '90', goDuration),
  rule('executionConfig.timeout', '1s', '999ms', goDuration),
  rule('executionConfig.timeout', '1.5m', '5d', goDuration),
  rule('executionConfig.timeout', '90s', '0s', goDuration),
  rule('executionConfig.timeout', '1m', '-1m', goDuration),
  rule('executionConfig.timeout', '999999h', '1h'.repeat(11), 'may not be more than 20'),
  rule('executionConfig.timeout', '5m', 's', 'at least 2 chars long'),
  { ...rule('executionConfig.finallyTimeout', '59m59s', '60m', 'must be shorter than timeout'), change: ofAnHour },
  { ...rule('executionConfig.finallyTimeout', '1s', '999ms', goDuration), change: ofAnHour },
  { ...rule('executionConfig.finallyTimeout', '1m', '1h'.repeat(11), 'may not be more than 20'), change: ofAnHour },
  rule('executionConfig.finallyTimeout', undefined, '1m', 'must be shorter than timeout'),
  rule('cancelRequested', true, 'yes', 'must be of type boolean'),
  rule('ttlSecondsAfterFinished', 0, -1, 'greater than or equal to 0'),
  rule('ttlSecondsAfterFinished', 2147483647, 2147483648, 'less than or equal to 2147483647'),
  rule('ttlSecondsAfterFinished', 60, 1.5, 'must be of type int'),
];

/** Every rule on changes of the spec. */
export const updateRules: readonly UpdateRule[] = [
  { field: 'remediationRequestRef', from: { name: 'rr-1' }, to: { name: 'rr-2' }, says: 'is immutable' },
  {
    field: 'workflowRef',
    from: { workflowId: 'a', version: '1', containerImage: 'a' },
    to: { version: '2' },
    says: 'is immutable',
  },
  { field: 'targetResource', from: 'node/a', to: 'node/b', says: 'is immutable' },
  { field: 'parameters', from: { A: 'x' }, to: { A: 'y' }, says: 'is immutable' },
  { field: 'parameters', from: { A: 'x' }, to: null, says: 'is immutable' },
  { field: 'parameters', from: null, to: { A: 'x' }, says: 'is immutable' },
  { field: 'confidence', from: 0.5, to: 0.6, says: 'is immutable' },
  { field: 'confidence', from: 0.5, to: null, says: 'is immutable' },
  { field: 'confidence', from: null, to: 0.6, says: 'is immutable' },
  { field: 'rationale', from: 'because', to: null, says: 'is immutable' },
  { field: 'rationale', from: 'because', to: 'therefore', says: 'is immutable' },
  { field: 'overrideCooldownReason', from: null, to: 'agreed with them', says: 'is immutable' },
  { field: 'overrideCooldownReason', from: 'agreed with them', to: 'agreed with us', says: 'is immutable' },
  {
    field: 'executionConfig',
    from: { serviceAccountName: 'a' },
    to: { serviceAccountName: 'b' },
    says: 'is immutable',
  },
  { field: 'executionConfig', from: { serviceAccountName: 'a' }, to: { timeout: '5m' }, says: 'is immutable' },
  { field: 'ttlSecondsAfterFinished', from: 60, to: 61, says: 'is immutable' },
  { field: 'ttlSecondsAfterFinished', from: 60, to: null, says: 'is immutable' },
  { field: 'ttlSecondsAfterFinished', from: null, to: 61, says: 'is immutable' },
  { field: 'cancelRequested', from: true, to: false, says: 'can only go from false to true' },
  { field: 'cancelRequested', from: true, to: null, says: 'can only go from false to true' },
];

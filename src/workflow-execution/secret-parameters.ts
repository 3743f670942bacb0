import type { WorkflowExecutionSpec } from './generated/workflow-execution.ts';

/** The fields of a spec that determine which parameters are secret. */
export type SpecWithParameters = Pick<WorkflowExecutionSpec, 'parameters'> & {
  readonly workflowRef?: Pick<WorkflowExecutionSpec['workflowRef'], 'secretParameters'>;
};

/** A secret text, and the parameter whose value it is or is part of. */
export interface SecretText {
  readonly parameter: string;
  readonly text: string;
}

/** Words that mark a name as secret at any position: MYPASS, PASSWORD1, TLS_KEY, AUTHORIZATION. */
const longWords =
  /PASS|PWD|SECRET|TOKEN|CRED|KEY|AUTH|BEARER|JWT|COOKIE|SESSION|SIGNATURE|WEBHOOK|KUBECONFIG|MNEMONIC|HMAC|NONCE|LICENSE|PIN_?CODE|CONN(?:ECTION)?_?STR/;

/** Words that are parts of harmless ones (PATCH, PINNED): only whole words count, with digits or a plural. */
const shortWords = /(?:^|[_\d])(?:PAT|PIN|PW|DSN|SAS|OTP|PSK|PEM|PFX|SALT)S?(?:[_\d]|$)/;

/** Formats of tokens, which are secret in any parameter. */
const tokens = new RegExp(
  [
    'eyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*)?', // JSON Web Token (RFC 7519), ServiceAccount token
    'gh[a-z]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}', // GitHub
    'gl[a-z]{1,8}-[\\w-]{16,}', // GitLab
    'xox[a-z]-[\\w-]{10,}|xapp-[\\w-]{10,}', // Slack
    'A[KS]IA[0-9A-Z]{16}', // AWS
    'AIza[\\w-]{30,}|ya29\\.[\\w-]{20,}', // Google
    '[rs]k_(?:live|test)_[A-Za-z0-9]{16,}', // Stripe
    'sk-[\\w-]{20,}', // OpenAI, Anthropic
    'npm_[A-Za-z0-9]{30,}|pypi-[\\w-]{16,}|dckr_[a-z]at_[\\w-]{16,}', // registries
    'hv[bsr]\\.[\\w-]{20,}|do[opr]_v1_[a-f0-9]{32,}|SG\\.[\\w-]{16,}', // Vault, DigitalOcean, SendGrid
  ]
    .map((shape) => `(?<![A-Za-z0-9_-])(?:${shape})`)
    .join('|'),
  'g',
);

const secretWord = '(?:pass|pwd|secret|token|cred|key|auth|sig)[\\w-]{0,32}';

/** A quote; within JSON with backslashes before it. */
const quote = '\\\\{0,8}["\'`]';

/** A value: a quoted text, a list or an object, or else a word. */
const value = [
  '"((?:[^"\\\\]|\\\\[^])+)',
  "'((?:[^'\\\\]|\\\\[^])+)",
  '`([^`]+)',
  '\\\\{1,8}"([^"]+)',
  "\\\\{1,8}'([^']+)",
  '[[{]([^\\]}]+)',
  `(?:${quote})?([^\\s"'&;,]+)`,
].join('|');

/** Labelled credentials: `Bearer …`, `password=…`, `?sig=…`, `"token": "…"`, `--password …`, `-u user:…`. */
const assigned = new RegExp(
  `(?:${[
    '\\b(?:bearer|basic)\\s{1,4}(?=[\\w.~+/=-]{16})',
    `${secretWord}(?:${[
      `(?:${quote})?\\s{0,4}(?::?=>?|%3D)\\s{0,4}`,
      `${quote}\\s{0,4}:\\s{0,4}`,
      `(?:\\s{1,4}|${quote},\\s{0,4})(?!--)(?<=--[\\w-]{1,64}\\W{1,16})`,
    ].join('|')})`,
    `(?<![\\w-])(?:-u|--user|--proxy-user)[\\s=]{1,4}(?=["']?[^\\s:]{0,128}:)`,
  ].join('|')})(?:${value})`,
  'gi',
);

/** Labelled credentials in YAML and XML, `password: …`, `<password>…`; not applied to prose. */
const inDocument = new RegExp(
  `(?:(?:${secretWord}(?::\\s{1,4}|\\s{1,4}:(?!=)\\s{0,4})|(?:password|passwd|pwd):(?!=))(?:[|>][-+\\d]{0,2}\\r?\\n([^]+)|${value})|${secretWord}>([^<]+))`,
  'gi',
);

const privateKey = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*/g;

const webhook = /hooks\.[\w.-]{1,60}\/\S+/g;

/** Digest of an image, whose tag is not a password. */
const imageDigest = /@sha\d{3}:[0-9a-f]{16,}/g;

export const credentialPatterns: readonly RegExp[] = [tokens, assigned, inDocument, privateKey, webhook];

export const masked = '********';

/** The parameters of an execution without secrets, for logs, Events and the audit trail. */
export function redactParameters(spec: SpecWithParameters): Record<string, string> {
  const isSecret = secretNames(spec);
  return Object.fromEntries(
    Object.entries(spec.parameters ?? {}).map(([name, value]) => [
      name,
      isSecret(name) ? masked : without(value, credentialsIn(value, [assigned, inDocument])),
    ]),
  );
}

/** The secrets of an execution's parameters: secret values, and credentials within other values. */
export function secretsOf(spec: SpecWithParameters): readonly SecretText[] {
  const isSecret = secretNames(spec);
  return Object.entries(spec.parameters ?? {}).flatMap(([parameter, value]) => {
    const texts = [
      ...(isSecret(parameter) && value !== '' ? [value] : []),
      ...credentialsIn(value, [assigned, inDocument]),
    ];
    return texts.map((text) => ({ parameter, text }));
  });
}

/** A text with its recognizable credentials masked. */
export function redactCredentials(text: string): string {
  return without(text, credentialsIn(text, [assigned]));
}

/** A text with more credentials than this is masked as a whole: replacing each one scans the whole text. */
const maxCredentials = 16;

function without(text: string, credentials: readonly string[]): string {
  // The longest first: one may contain another.
  const longestFirst = [...new Set(credentials)].sort((a, b) => b.length - a.length);
  if (longestFirst.length > maxCredentials) return masked;
  return longestFirst.reduce((kept, credential) => kept.replaceAll(credential, masked), text);
}

function credentialsIn(text: string, labels: readonly RegExp[]): string[] {
  return [
    ...[tokens, privateKey, webhook].flatMap((shape) => text.match(shape) ?? []),
    ...labels.flatMap((label) => [...text.matchAll(label)].map(([, ...groups]) => groups.find(Boolean) ?? '')),
    ...text.split(/\s/).flatMap(userinfoIn),
    ...text
      .replaceAll(imageDigest, '')
      .split(/[\s"'`\\]/)
      .map(passwordIn),
  ].filter((credential) => !masked.includes(credential)); // The mask includes the empty text, too.
}

/** Userinfo of a URL (RFC 3986, section 3.2.1). Passwords may have unescaped `@` and `/`. */
function userinfoIn(word: string): string[] {
  const scheme = word.indexOf('://');
  const userinfo = scheme < 0 ? '' : word.slice(scheme + 3, Math.max(scheme + 3, word.lastIndexOf('@')));
  const colon = userinfo.indexOf(':');
  return colon < 0 ? [userinfo] : [userinfo, userinfo.slice(colon + 1)];
}

/** The password of `user:password@host`, without a scheme. */
function passwordIn(word: string): string {
  const userinfo = word.includes('://') ? '' : word.slice(0, Math.max(0, word.lastIndexOf('@')));
  const colon = userinfo.indexOf(':');
  return colon < 0 ? '' : userinfo.slice(colon + 1);
}

/** Tests whether a parameter is secret, by its name or by `secretParameters`. */
function secretNames({ workflowRef }: SpecWithParameters): (name: string) => boolean {
  const declared = new Set(workflowRef?.secretParameters);
  return (name) => declared.has(name) || longWords.test(name) || shortWords.test(name);
}

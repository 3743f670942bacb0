import type { WorkflowExecutionSpec } from './generated/workflow-execution.ts';

/** What of an execution says which of its parameters are secret. */
export type SpecWithParameters = Pick<WorkflowExecutionSpec, 'parameters'> & {
  readonly workflowRef?: Pick<WorkflowExecutionSpec['workflowRef'], 'secretParameters'>;
};

/** A text that must not be shown, and the parameter that it is the value of, or a part of the value. */
export interface SecretText {
  readonly parameter: string;
  readonly text: string;
}

/** Words that make a name one of a secret wherever they stand in it: MYPASS, PASSWORD1, TLS_KEY, AUTHORIZATION. */
const longWords =
  /PASS|PWD|SECRET|TOKEN|CRED|KEY|AUTH|BEARER|JWT|COOKIE|SESSION|SIGNATURE|WEBHOOK|KUBECONFIG|MNEMONIC|HMAC|NONCE|LICENSE|PIN_?CODE|CONN(?:ECTION)?_?STR/;

/** Words that are parts of harmless ones (PATCH, PINNED): they have to stand alone, but for digits and a plural. */
const shortWords = /(?:^|[_\d])(?:PAT|PIN|PW|DSN|SAS|OTP|PSK|PEM|PFX|SALT)S?(?:[_\d]|$)/;

/** Shapes of tokens that are secret whatever the name of their parameter. */
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

/** Quotes, within JSON with backslashes before them. */
const quote = '\\\\{0,8}["\'`]';

/** A value: a quoted text, a list or an object, to its end; else a word. */
const value = [
  '"((?:[^"\\\\]|\\\\[^])+)',
  "'((?:[^'\\\\]|\\\\[^])+)",
  '`([^`]+)',
  '\\\\{1,8}"([^"]+)',
  "\\\\{1,8}'([^']+)",
  '[[{]([^\\]}]+)',
  `(?:${quote})?([^\\s"'&;,]+)`,
].join('|');

/** Credentials behind a word that says so: `Bearer …`, `password=…`, `?sig=…`, `"token": "…"`, `--password …`, `-u user:…`. */
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

/** The same in YAML and XML, `password: …`, `<password>…`; in a sentence it would be an ordinary word. */
const inDocument = new RegExp(
  `(?:(?:${secretWord}(?::\\s{1,4}|\\s{1,4}:(?!=)\\s{0,4})|(?:password|passwd|pwd):(?!=))(?:[|>][-+\\d]{0,2}\\r?\\n([^]+)|${value})|${secretWord}>([^<]+))`,
  'gi',
);

const privateKey = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*/g;

const webhook = /hooks\.[\w.-]{1,60}\/\S+/g;

/** Of an image; the tag before it is no password. */
const imageDigest = /@sha\d{3}:[0-9a-f]{16,}/g;

/** What credentials are recognised by. */
export const credentialPatterns: readonly RegExp[] = [tokens, assigned, inDocument, privateKey, webhook];

/** What stands for a text that is not shown. */
export const masked = '********';

/** The parameters of an execution as they may be shown to whoever reads logs, Events and the audit trail. */
export function redactParameters(spec: SpecWithParameters): Record<string, string> {
  const isSecret = secretNames(spec);
  return Object.fromEntries(
    Object.entries(spec.parameters ?? {}).map(([name, value]) => [
      name,
      isSecret(name) ? masked : without(value, credentialsIn(value, [assigned, inDocument])),
    ]),
  );
}

/** Whatever of the parameters of an execution must not be shown: secret values, and credentials within other values. */
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

/** A text of others, with {@link masked} for each credential that is one by its shape. */
export function redactCredentials(text: string): string {
  return without(text, credentialsIn(text, [assigned]));
}

/** A text with more credentials than this is masked as a whole: each one is searched for in all of the text. */
const maxCredentials = 16;

function without(text: string, credentials: readonly string[]): string {
  // The longest first: one may be a part of another.
  const longestFirst = [...new Set(credentials)].sort((a, b) => b.length - a.length);
  if (longestFirst.length > maxCredentials) return masked;
  return longestFirst.reduce((kept, credential) => kept.replaceAll(credential, masked), text);
}

/** Parts of a text that are secret by their shape or their place. */
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

/** What stands before the host of a URL (RFC 3986, section 3.2.1). Passwords may have unescaped `@` and `/` in them. */
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

/** Whether a parameter is secret by its name, or because the workflow says so. */
function secretNames({ workflowRef }: SpecWithParameters): (name: string) => boolean {
  const declared = new Set(workflowRef?.secretParameters);
  return (name) => declared.has(name) || longWords.test(name) || shortWords.test(name);
}

import { bodyOf, sendDocument } from './send-document.ts';
import { repeatInParallel, type Attack } from './attack.ts';
import { createMessage } from './bodies.ts';
import { call, field, framed, methods, session, varint } from './grpc.ts';

const kibibyte = 2 ** 10;

/** Worst-case strings for backtracking patterns, by field. */
const worst: readonly (readonly [name: string, text: (length: number) => string])[] = [
  ['containerImage', (length) => `[${':'.repeat(length)}`],
  ['containerImage', (length) => `${'a.'.repeat(length / 2)}!`],
  ['containerImage', (length) => `a/${'a-'.repeat(length / 2)}@`],
  ['version', (length) => `${'1-'.repeat(length / 2)} `],
  ['targetResource', (length) => `${'a/'.repeat(length / 2)}`],
  ['targetResource', (length) => `${'-'.repeat(length)}a`],
  ['timeout', (length) => `${'1'.repeat(length)}x`],
  ['timeout', (length) => `${'1m'.repeat(length / 2)}!`],
];

/** Named requests. */
export interface Inputs {
  /** REST create bodies. */
  readonly documents: Readonly<Record<string, string>>;
  /** gRPC messages. */
  readonly messages: Readonly<Record<string, Buffer>>;
}

/** Strings for the patterns of fields, as long as a request may be; each request contains the string twice. */
export function patternInputs(attack: Attack): Inputs {
  const documents: Record<string, string> = {};
  const messages: Record<string, Buffer> = {};
  for (const size of [32, 128, 480].map((kilobytes) => kilobytes * kibibyte)) {
    for (const [at, [name, text]] of worst.entries()) {
      const value = text(size);
      const spec: Record<string, unknown> = { ...bodyOf(attack).spec, parameters: { KEY: value } };
      if (name === 'timeout') spec['executionConfig'] = { timeout: value };
      else if (name === 'targetResource') spec['targetResource'] = value;
      else spec['workflowRef'] = { workflowId: 'attack', version: '1', containerImage: 'a/b:1', [name]: value };
      const what = `pattern ${at + 1} of ${name}, ${size / kibibyte} KiB`;
      documents[what] = JSON.stringify({ spec });
      messages[what] = createMessage(attack, [field(2, field(3, value)), field(3, value)]);
    }
  }
  return { documents, messages };
}

/** As many violations as fit into one request; each could be a line of the response. */
export function violationInputs(attack: Attack): Inputs {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 1]));
  const labels = Array.from({ length: 400 }, (_, at) => [`not a label ${at}`, 'x'] as const);
  const parameters = Array.from({ length: 60_000 }, (_, at) => field(4, Buffer.concat([field(1, `p${at}`)])));
  return {
    documents: {
      '90,000 unknown fields of the spec': JSON.stringify({ spec: keys(90_000) }),
      '90,000 unknown fields': JSON.stringify(keys(90_000)),
      '900 unknown fields of the spec': JSON.stringify({ spec: keys(900) }),
      'bad labels, annotations and parameters': JSON.stringify({
        metadata: { labels: keys(200), annotations: keys(200) },
        spec: { parameters: keys(400) },
      }),
    },
    messages: {
      '400 bad labels': createMessage(attack, [], labels),
      '60,000 bad parameters': createMessage(attack, parameters),
    },
  };
}

/** A request with many secrets that the API server refuses for many reasons, each of which may quote a secret. */
export async function quotedSecrets(attack: Attack): Promise<void> {
  const secrets = Array.from({ length: 800 }, (_, at) => `sig=${at.toString(36).padStart(6, 'x')}`).join('&');
  const parameters = { A: secrets, DB_PASSWORD: 'y'.repeat(1_500) };
  // Valid by the service's rules: only the API server rejects the part before the slash as too long.
  const prefix = 'z.'.repeat(140);
  const names = Array.from({ length: 250 }, (_, at) => `${prefix}${at}/a`);
  const labels = Object.fromEntries(names.map((name) => [name, 'a']));
  const document = JSON.stringify({
    metadata: { labels, annotations: labels },
    spec: { ...bodyOf(attack).spec, parameters },
  });
  await repeatInParallel(attack, 8, async (number) => {
    attack.counter.add(`HTTP ${await sendDocument(attack, number, document)}`);
  });
}

/** Deep, wide, escaped and digit-heavy documents; nested messages and messages with unknown fields. */
export function documentInputs(): Inputs {
  const size = 900 * kibibyte;
  const documents = {
    'brackets that are not closed': '['.repeat(size),
    'objects that are not closed': '{"a":'.repeat(size / 5),
    'deep lists': `${'['.repeat(size / 2)}${']'.repeat(size / 2)}`,
    'a long list': `[${'0,'.repeat(size / 2)}0]`,
    'a long number': `{"spec":{"confidence":${'9'.repeat(size)}}}`,
    'a long exponent': `{"spec":{"confidence":1e${'9'.repeat(size)}}}`,
    'escapes of Unicode': `{"spec":{"rationale":"${'\\u0041'.repeat(size / 6)}"}}`,
    'escapes of quotes': `{"spec":{"rationale":"${'\\"'.repeat(size / 2)}`,
    'many fields': `{${Array.from({ length: size / 12 }, (_, at) => `"k${at}":0`).join(',')}}`,
    'keys without values': `{${Array.from({ length: size / 12 }, (_, at) => `"k${at}"`).join(':')}`,
    'one field many times': `{${'"a":0,'.repeat(size / 6)}"a":0}`,
    'nested constructors': `{"__proto__":${'{"constructor":'.repeat(50_000)}`,
    spaces: ' '.repeat(size),
  };
  const messages = {
    groups: Buffer.concat([Buffer.alloc(size / 2, 0xfb), Buffer.alloc(size / 2, 0xfc)]),
    'nested fields': Array.from({ length: 5_000 }).reduce<Buffer>((inner) => field(3, inner), Buffer.alloc(0)),
    'unknown fields': Buffer.concat(
      Array.from({ length: 100_000 }, () => Buffer.concat([varint(8 * 9_999), varint(1)])),
    ),
    'many numbers': field(4, Buffer.alloc(size, 1)),
    'text that is not UTF-8': field(1, Buffer.alloc(size, 0xff)),
    'lengths that are wrong': Buffer.alloc(size, 0x0a),
  };
  return { documents, messages };
}

/** Sends documents over REST and messages over gRPC at an authenticated caller's rate. */
export const patterns = (attack: Attack) => everyKind(attack, patternInputs(attack));
export const violations = (attack: Attack) => everyKind(attack, violationInputs(attack));
export const documents = (attack: Attack) => everyKind(attack, documentInputs());

async function everyKind(attack: Attack, inputs: Inputs): Promise<void> {
  const { target, counter } = attack;
  const texts = Object.values(inputs.documents);
  const messages = Object.values(inputs.messages);
  const connection = session(target.ports.grpc);
  const crowdSize = 8;
  await Promise.all([
    repeatInParallel(attack, crowdSize, async (number, turn) => {
      const text = texts[(number + crowdSize * turn) % texts.length] ?? '';
      counter.add(`HTTP ${await sendDocument(attack, number, text)}`);
    }),
    repeatInParallel(attack, crowdSize, async (number, turn) => {
      const body = framed(messages[(number + crowdSize * turn) % messages.length] ?? Buffer.alloc(0));
      const path = turn % 4 === 3 ? methods.list : methods.create;
      counter.add(`gRPC ${await call(connection, path, body, { token: target.token })}`);
    }),
  ]);
  connection.destroy();
}

import { bodyOf, sendDocument } from './send-document.ts';
import { crowd, type Attack } from './attack.ts';
import { createMessage } from './bodies.ts';
import { call, field, framed, methods, session, varint } from './grpc.ts';

const kibibyte = 2 ** 10;

/** Texts that a backtracking pattern takes longest for, by the field that they are put into. */
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

/** Texts for the patterns of fields, of up to 900 KiB, over both transports. */
export async function patterns(attack: Attack): Promise<void> {
  const sizes = [32, 128, 256, 900].map((size) => size * kibibyte);
  await everyKind(
    attack,
    (turn) => {
      const [name, text] = worst[turn % worst.length] ?? ['containerImage', String];
      const value = text(sizes[Math.floor(turn / worst.length) % sizes.length] ?? kibibyte);
      const spec: Record<string, unknown> = { ...bodyOf(attack).spec, parameters: { KEY: value } };
      if (name === 'timeout') spec['executionConfig'] = { timeout: value };
      else if (name === 'targetResource') spec['targetResource'] = value;
      else spec['workflowRef'] = { workflowId: 'attack', version: '1', containerImage: 'a/b:1', [name]: value };
      return JSON.stringify({ spec });
    },
    (turn) => {
      const [, text] = worst[turn % worst.length] ?? ['', String];
      const value = text(sizes[Math.floor(turn / worst.length) % sizes.length] ?? kibibyte);
      return createMessage(attack, [field(2, field(3, value)), field(3, value)]);
    },
  );
}

/** As many broken rules in one request as fit into it: each would be a line of the answer. */
export async function violations(attack: Attack): Promise<void> {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 1]));
  const documents = [
    JSON.stringify({ spec: keys(90_000) }),
    JSON.stringify(keys(90_000)),
    JSON.stringify({ spec: keys(900) }),
    JSON.stringify({ metadata: { labels: keys(200), annotations: keys(200) }, spec: { parameters: keys(400) } }),
  ];
  const labels = Array.from({ length: 400 }, (_, at) => [`not a label ${at}`, 'x'] as const);
  const message = createMessage(attack, [], labels);
  const parameters = Array.from({ length: 60_000 }, (_, at) => field(4, Buffer.concat([field(1, `p${at}`)])));
  const messages = [message, createMessage(attack, parameters)];
  await everyKind(
    attack,
    (turn) => documents[turn % documents.length] ?? '',
    (turn) => messages[turn % messages.length] ?? message,
  );
}

/** Many secrets in a request that the API server refuses for many reasons, each of which may quote a secret. */
export async function quotedSecrets(attack: Attack): Promise<void> {
  const secrets = Array.from({ length: 800 }, (_, at) => `sig=${at.toString(36).padStart(6, 'x')}`).join('&');
  const parameters = { A: secrets, DB_PASSWORD: 'y'.repeat(1_500) };
  // The rules here let it pass: the part before the slash is too long for the API server only.
  const prefix = 'z.'.repeat(140);
  const names = Array.from({ length: 250 }, (_, at) => `${prefix}${at}/a`);
  const labels = Object.fromEntries(names.map((name) => [name, 'a']));
  const document = JSON.stringify({
    metadata: { labels, annotations: labels },
    spec: { ...bodyOf(attack).spec, parameters },
  });
  await crowd(attack, 8, async (number) => {
    attack.tally.add(`HTTP ${await sendDocument(attack, number, document)}`);
  });
}

/** Documents that are deep, wide, full of escapes or of digits; messages that are nested or full of unknown fields. */
export async function documents(attack: Attack): Promise<void> {
  const size = 900 * kibibyte;
  const texts = [
    '['.repeat(size),
    '{"a":'.repeat(size / 5),
    `${'['.repeat(size / 2)}${']'.repeat(size / 2)}`,
    `[${'0,'.repeat(size / 2)}0]`,
    `{"spec":{"confidence":${'9'.repeat(size)}}}`,
    `{"spec":{"confidence":1e${'9'.repeat(size)}}}`,
    `{"spec":{"rationale":"${'\\u0041'.repeat(size / 6)}"}}`,
    `{"spec":{"rationale":"${'\\"'.repeat(size / 2)}`,
    `{${Array.from({ length: size / 12 }, (_, at) => `"k${at}":0`).join(',')}}`,
    `{${'"a":0,'.repeat(size / 6)}"a":0}`,
    `{"__proto__":${'{"constructor":'.repeat(50_000)}`,
    ' '.repeat(size),
  ];
  const groups = Buffer.concat([Buffer.alloc(size / 2, 0xfb), Buffer.alloc(size / 2, 0xfc)]);
  const nested = Array.from({ length: 5_000 }).reduce<Buffer>((inner) => field(3, inner), Buffer.alloc(0));
  const unknown = Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.concat([varint(8 * 9_999), varint(1)])));
  const phases = field(4, Buffer.alloc(size, 1));
  const messages = [groups, nested, unknown, phases, field(1, Buffer.alloc(size, 0xff)), Buffer.alloc(size, 0x0a)];
  await everyKind(
    attack,
    (turn) => texts[turn % texts.length] ?? '',
    (turn) => messages[turn % messages.length] ?? nested,
  );
}

/** Sends documents over REST and messages over gRPC, as often as a known caller may. */
async function everyKind(
  attack: Attack,
  document: (turn: number) => string,
  message: (turn: number) => Buffer,
): Promise<void> {
  const { target, tally } = attack;
  const connection = session(target.ports.grpc);
  const crowdSize = 8;
  await Promise.all([
    crowd(attack, crowdSize, async (number, turn) => {
      tally.add(`HTTP ${await sendDocument(attack, number, document(number + crowdSize * turn))}`);
    }),
    crowd(attack, crowdSize, async (number, turn) => {
      const body = framed(message(number + crowdSize * turn));
      const path = turn % 4 === 3 ? methods.list : methods.create;
      tally.add(`gRPC ${await call(connection, path, body, { token: target.token })}`);
    }),
  ]);
  connection.destroy();
}

import type { ClientHttp2Session } from 'node:http2';
import { repeatInParallel, sleep, type Attack } from './attack.ts';
import { addressOf } from './connection.ts';
import { field, framed, headersOf, methods, session } from './grpc.ts';

/** Calls that each connection opens. */
const perConnection = 100;

interface HeldCall {
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The beginning of a message, which never ends. */
  readonly beginning?: Buffer;
}

/** Opens calls that never end; resolves after a few seconds, when they are closed. */
async function hold(attack: Attack, connection: ClientHttp2Session, name: string, call: HeldCall): Promise<void> {
  const { counter } = attack;
  for (let turn = 0; turn < perConnection && !connection.destroyed && !connection.closed; turn++) {
    const stream = connection.request(headersOf(call.path, call.token, call.headers), { endStream: false });
    stream.on('error', () => undefined).on('response', () => counter.add(`${name}, answered`));
    stream.resume();
    if (call.beginning !== undefined) stream.write(call.beginning);
    counter.add(name);
  }
  await sleep(attack, 3_000);
  connection.destroy();
}

/** Headers of so many bytes together; HTTP/2 libraries accept 64 KiB by default. */
function headersOfSize(bytes: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: bytes / 3_000 }, (_, at) => [`x-${at}`, 'x'.repeat(3_000)]));
}

/** Calls without or with a bad token that never end and have as much metadata as is accepted, or more. */
export async function heldAnonymousCalls(attack: Attack): Promise<void> {
  const [accepted, large] = [headersOfSize(15_000), headersOfSize(57_000)];
  const bad = `${'a'.repeat(40)}.${'b'.repeat(40)}.${'c'.repeat(40)}`;
  const calls: Record<string, HeldCall> = {
    'reflection, accepted metadata': { path: methods.reflection, headers: accepted },
    'health, large metadata': { path: methods.health, headers: large },
    'create, bad token': { path: methods.create, token: bad, headers: accepted },
    'health watch': { path: methods.healthWatch },
    'health watch, binary metadata': { path: methods.healthWatch, headers: { 'x-bin': ','.repeat(15_500) } },
  };
  const kinds = Object.entries(calls);
  await repeatInParallel(attack, 60, async (number, round) => {
    const [name, call] = kinds[(number + round) % kinds.length] ?? ['health', { path: methods.health }];
    await hold(attack, session(attack.target.ports.grpc, addressOf(number % 5)), name, call);
  });
}

/** Health watches from several addresses, which stay open. */
export async function heldWatches(attack: Attack): Promise<void> {
  const { target, counter, signal } = attack;
  const connections = Array.from({ length: 30 }, (_, number) => session(target.ports.grpc, addressOf(number % 5)));
  for (const connection of connections) {
    for (let turn = 0; turn < perConnection; turn++) {
      const stream = connection.request(headersOf(methods.healthWatch));
      stream.on('error', () => undefined).resume();
      stream.end(framed(field(1, '')));
      counter.add('watches');
    }
  }
  while (!signal.aborted) await sleep(attack, 1_000);
  for (const connection of connections) connection.destroy();
}

/** Watches of several callers with requests of the maximum size, most of it unknown fields. */
export async function heldLargeWatches(attack: Attack): Promise<void> {
  const { target, counter, signal } = attack;
  const message = framed(
    Buffer.concat([field(1, `namespaces/${target.namespace}`), field(999, Buffer.alloc(900_000))]),
  );
  await repeatInParallel(attack, 12, async (number) => {
    const connection = session(target.ports.grpc, addressOf(number % 5));
    const token = target.others[number % target.others.length];
    for (let turn = 0; turn < 20 && !connection.destroyed && !signal.aborted; turn++) {
      const stream = connection.request(headersOf(methods.watch, token));
      stream.on('error', () => undefined).resume();
      stream.end(message);
      counter.add('watches');
    }
    await sleep(attack, 3_000);
    connection.destroy();
  });
}

/** Calls of callers without rights that announce a message of the maximum size, send most of it, and never end. */
export async function heldCallsOfStrangers(attack: Attack): Promise<void> {
  const { ports, strangers } = attack.target;
  const whole = framed(Buffer.alloc(1_000_000));
  const beginnings = [undefined, whole.subarray(0, 3), whole.subarray(0, 60_000), whole.subarray(0, 900_000)];
  await repeatInParallel(attack, 24, async (number, round) => {
    const token = strangers[number % strangers.length];
    const beginning = beginnings[(number + round) % beginnings.length];
    const connection = session(ports.grpc, addressOf(number % 5));
    await hold(attack, connection, `${beginning?.length ?? 0} bytes`, { path: methods.create, token, beginning });
  });
}

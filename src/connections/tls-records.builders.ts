import { createCipheriv, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';

const contentTypes = { alert: 21, handshake: 22, applicationData: 23 } as const;
const keyUpdateMessage = 24;
const tagBytes = 16;

/**
 * The records of a TLS 1.3 client after its handshake (RFC 8446, sections 5.2 and 7.2), for tests that send what no TLS library
 * does. Each record has to be sent once, in order.
 */
export class TlsRecords {
  private secret: Buffer;
  private sequence = 0;

  /** @param secret the client's traffic secret, of TLS_AES_128_GCM_SHA256 */
  constructor(secret: Buffer) {
    this.secret = secret;
  }

  /** A KeyUpdate; the records after it have the next key. */
  keyUpdate(options: { readonly requestsAnother?: boolean } = {}): Buffer {
    const message = Buffer.from([keyUpdateMessage, 0, 0, 1, options.requestsAnother === true ? 1 : 0]);
    const record = this.record(contentTypes.handshake, message);
    this.secret = expandLabel(this.secret, 'traffic upd', 32);
    this.sequence = 0;
    return record;
  }

  applicationData(data: Buffer): Buffer {
    return this.record(contentTypes.applicationData, data);
  }

  warningAlert(): Buffer {
    return this.record(contentTypes.alert, Buffer.from([1, 90]));
  }

  private record(contentType: number, content: Buffer): Buffer {
    const plain = Buffer.concat([content, Buffer.from([contentType])]);
    const header = Buffer.from([contentTypes.applicationData, 3, 3, 0, 0]);
    header.writeUInt16BE(plain.length + tagBytes, 3);
    const nonce = expandLabel(this.secret, 'iv', 12);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.sequence++) >>> 0, 8);
    const cipher = createCipheriv('aes-128-gcm', expandLabel(this.secret, 'key', 16), nonce).setAAD(header);
    return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}

/** HKDF-Expand-Label (RFC 8446, section 7.1) without a context, of at most one hash. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = `tls13 ${label}`;
  const info = Buffer.concat([Buffer.from([0, length, name.length]), Buffer.from(name), Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}

/** A connection after its TLS 1.3 handshake. */
export interface RawTlsConnection {
  /** To write {@link records} to, and nothing else. */
  readonly socket: Socket;
  readonly records: TlsRecords;
  /** To read what the server sends; must not be written to. */
  readonly responses: TLSSocket;
}

/** Connects to a TLS server of 127.0.0.1; connection errors are ignored. */
export async function connectRawTls(
  port: number,
  { from, ...options }: ConnectionOptions & { readonly from?: string } = {},
): Promise<RawTlsConnection> {
  const socket = connectTcp({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const suite = { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' } as const;
  const responses = connectTls({ ...options, ...suite, socket, rejectUnauthorized: false });
  let secret = '';
  responses.on('error', () => undefined);
  responses.on('keylog', (line) => (secret ||= /^CLIENT_TRAFFIC_SECRET_0 \w+ (\w+)/.exec(line.toString())?.[1] ?? ''));
  await once(responses, 'secureConnect');
  // The last message of the handshake is written after the event.
  await new Promise((resolve) => setImmediate(resolve));
  return { socket, records: new TlsRecords(Buffer.from(secret, 'hex')), responses: responses.resume() };
}

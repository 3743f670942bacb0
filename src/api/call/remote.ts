import type { ExecutionContext } from '@nestjs/common';
import type { Metadata, ServerInterceptingCall } from '@grpc/grpc-js';
import type { Request } from 'express';
import { plainAddress } from '../../connections/address-group.ts';
import type { Peer } from '../../connections/connection-limits.ts';

/** What a transport says of whoever calls, before anything of it is verified. */
export interface Remote {
  readonly transport: 'REST' | 'gRPC';
  /** IP address, without the port. */
  readonly address: string;
  /** The `Authorization` header or metadata entry. */
  readonly authorization?: string;
  /** The other end of the connection; absent where the transport does not say. */
  readonly peer?: Peer;
  /** Of a gRPC call: one object from its beginning to its handler. */
  readonly metadata?: object;
}

/** Who calls a handler, by the connection. */
export function remoteOf(context: ExecutionContext): Remote {
  return context.getType() === 'http' ? httpRemote(context) : grpcRemote(context);
}

/** Who makes a gRPC call that has not come to a handler yet. */
export function remoteOfCall(call: Pick<ServerInterceptingCall, 'getConnectionInfo'>, metadata: Metadata): Remote {
  const peer = call.getConnectionInfo();
  const address = plainAddress(peer.remoteAddress ?? '');
  return { transport: 'gRPC', address, authorization: authorizationOf(metadata), peer, metadata };
}

function httpRemote(context: ExecutionContext): Remote {
  const { socket: peer, headers } = context.switchToHttp().getRequest<Request>();
  return {
    transport: 'REST',
    address: plainAddress(peer.remoteAddress ?? ''),
    authorization: headers.authorization,
    peer,
  };
}

function grpcRemote(context: ExecutionContext): Remote {
  const metadata = context.switchToRpc().getContext<Metadata>();
  const text = context.getArgByIndex<{ getPeer(): string }>(2).getPeer();
  const { address = text, port } = /^(?<address>.*):(?<port>\d+)$/.exec(text)?.groups ?? {};
  const peer = { remoteAddress: address, remotePort: Number(port) };
  return {
    transport: 'gRPC',
    address: plainAddress(address),
    authorization: authorizationOf(metadata),
    peer,
    metadata,
  };
}

function authorizationOf(metadata: Metadata): string | undefined {
  const [authorization] = metadata.get('authorization');
  return authorization === undefined ? undefined : String(authorization);
}

import type { Metadata, ServerInterceptingCall } from '@grpc/grpc-js';
import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { plainAddress } from '../../connections/address-group.ts';
import type { Peer } from '../../connections/peer.ts';
import { ApiError } from '../errors/api-error.ts';

/** Where a call comes from. Nothing of it is verified. */
export interface Remote {
  readonly transport: 'REST' | 'gRPC';
  /** IP address without port. */
  readonly address: string;
  /** The `Authorization` header or metadata entry. */
  readonly authorization?: string;
  /** The other end of the connection, if the transport reports it. */
  readonly peer?: Peer;
  /** Of a gRPC call: the same object from its interceptors to its handler. */
  readonly metadata?: object;
}

/**
 * Where the call of a handler comes from.
 *
 * @throws ApiError InvalidArgument
 */
export function remoteOf(context: ExecutionContext): Remote {
  if (context.getType() === 'http') {
    const { socket, headers } = context.switchToHttp().getRequest<Request>();
    return {
      transport: 'REST',
      address: plainAddress(socket.remoteAddress ?? ''),
      authorization: headers.authorization,
      peer: socket,
    };
  }
  const text = context.getArgByIndex<{ getPeer(): string }>(2).getPeer();
  const { address = text, port } = /^(?<address>.*):(?<port>\d+)$/.exec(text)?.groups ?? {};
  const peer = { remoteAddress: address, remotePort: Number(port) };
  return grpcRemote(peer, context.switchToRpc().getContext<Metadata>());
}

/**
 * Where a gRPC call comes from that has not reached its handler.
 *
 * @throws ApiError InvalidArgument
 */
export function remoteOfCall(call: Pick<ServerInterceptingCall, 'getConnectionInfo'>, metadata: Metadata): Remote {
  return grpcRemote(call.getConnectionInfo(), metadata);
}

function grpcRemote(peer: Peer, metadata: Metadata): Remote {
  const [authorization, another] = metadata.get('authorization');
  if (another !== undefined)
    throw new ApiError('InvalidArgument', 'the request has more than one Authorization header');
  return {
    transport: 'gRPC',
    address: plainAddress(peer.remoteAddress ?? ''),
    authorization: authorization === undefined ? undefined : String(authorization),
    peer,
    metadata,
  };
}

import type { ExecutionContext } from '@nestjs/common';
import type { Metadata } from '@grpc/grpc-js';
import type { Request } from 'express';

/** What a transport tells of whoever calls, before anything of it is believed. */
export interface Remote {
  readonly transport: 'REST' | 'gRPC';
  /** IP address, without the port. */
  readonly address: string;
  /** The `Authorization` header or metadata entry. */
  readonly authorization?: string;
}

/** Who calls a handler, by the connection. */
export function remoteOf(context: ExecutionContext): Remote {
  return context.getType() === 'http' ? httpRemote(context) : grpcRemote(context);
}

function httpRemote(context: ExecutionContext): Remote {
  const { socket, headers } = context.switchToHttp().getRequest<Request>();
  return { transport: 'REST', address: socket.remoteAddress ?? '', authorization: headers.authorization };
}

function grpcRemote(context: ExecutionContext): Remote {
  const [authorization] = context.switchToRpc().getContext<Metadata>().get('authorization');
  const peer = context.getArgByIndex<{ getPeer(): string }>(2).getPeer();
  return {
    transport: 'gRPC',
    address: peer.replace(/:\d+$/, ''),
    authorization: authorization === undefined ? undefined : String(authorization),
  };
}

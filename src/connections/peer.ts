/** The other end of a connection. */
export interface Peer {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
}

/** Identifies the connection from a peer while it is open. */
export function peerKey({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}

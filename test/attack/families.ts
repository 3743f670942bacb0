import { attackEnd, type Attack } from './attackers/attack.ts';
import { bodiesWithoutToken, decompressionBombs, slowBodies } from './attackers/bodies.ts';
import { badTokens, connectionStorm, idleConnections, publicEndpoints } from './attackers/connections.ts';
import { authenticatedFlood } from './attackers/authenticated.ts';
import { documents, patterns, quotedSecrets, violations } from './attackers/documents.ts';
import { frameFlood } from './attackers/frames.ts';
import { ambiguousFraming } from './attackers/framing.ts';
import { heldAnonymousCalls, heldCallsOfStrangers, heldLargeWatches, heldWatches } from './attackers/held.ts';
import { simultaneousHellos } from './attackers/hellos.ts';
import { keyUpdates } from './attackers/key-updates.ts';
import { smallPieces } from './attackers/pieces.ts';
import { healthWatches, trickledLists, unreadLists, unreadReflection, unreadWatches } from './attackers/unread.ts';

/** Attacks of one kind. */
export interface Family {
  readonly name: string;
  readonly description: string;
  readonly seconds: number;
  /** Also run on a process with both roles. */
  readonly onBothRoles?: true;
  readonly attack: (attack: Attack) => Promise<void>;
}

/** No attack, as a baseline. */
const nothing: Family = {
  name: 'nothing',
  description: 'no attack',
  seconds: 12,
  attack: (attack) => {
    attack.counter.add('nothing');
    return attackEnd(attack);
  },
};

/** All families in order of execution. */
export const families: readonly Family[] = [
  {
    name: 'bodies',
    description: 'bodies of the maximum size without a token over 100 connections',
    seconds: 10,
    onBothRoles: true,
    attack: bodiesWithoutToken,
  },
  { name: 'patterns', description: 'the worst texts for patterns', seconds: 6, onBothRoles: true, attack: patterns },
  { name: 'violations', description: 'as many violations as fit', seconds: 6, onBothRoles: true, attack: violations },
  {
    name: 'quoted secrets',
    description: 'many secrets in a request that the API server refuses for many reasons',
    seconds: 6,
    onBothRoles: true,
    attack: quotedSecrets,
  },
  { name: 'documents', description: 'deep and wide JSON and protobuf', seconds: 6, attack: documents },
  { name: 'bombs', description: 'compressed bombs', seconds: 6, onBothRoles: true, attack: decompressionBombs },
  { name: 'bad tokens', description: 'invalid tokens, a different one each time', seconds: 6, attack: badTokens },
  { name: 'slow bodies', description: 'requests that never end', seconds: 6, attack: slowBodies },
  {
    name: 'small pieces',
    description: 'bodies in frames, chunks and TLS records of a few bytes',
    seconds: 12,
    onBothRoles: true,
    attack: smallPieces,
  },
  {
    name: 'key updates',
    description: 'TLS 1.3 KeyUpdates without data',
    seconds: 12,
    onBothRoles: true,
    attack: keyUpdates,
  },
  { name: 'odd framing', description: 'ambiguous requests (request smuggling)', seconds: 6, attack: ambiguousFraming },
  {
    name: 'open pages',
    description: 'metrics, health and documents, pipelined',
    seconds: 6,
    onBothRoles: true,
    attack: publicEndpoints,
  },
  {
    name: 'pings',
    description: 'PING, SETTINGS, WINDOW_UPDATE',
    seconds: 6,
    attack: frameFlood('pings', 'settings', 'windowUpdates', 'unknown'),
  },
  {
    name: 'resets',
    description: 'rapid reset',
    seconds: 6,
    onBothRoles: true,
    attack: frameFlood('resets', 'calls', 'priorities'),
  },
  {
    name: 'refused calls',
    description: 'other content types and unknown methods over gRPC, also reset at once',
    seconds: 6,
    onBothRoles: true,
    attack: frameFlood('otherTypeResets', 'unknownMethodResets', 'otherTypes', 'unknownMethods'),
  },
  {
    name: 'authenticated streams',
    description: 'authenticated gRPC calls: lists, unfinished calls, rapid reset',
    seconds: 8,
    onBothRoles: true,
    attack: authenticatedFlood,
  },
  {
    name: 'held anonymous calls',
    description: 'gRPC calls with much metadata and without authentication that never end',
    seconds: 10,
    onBothRoles: true,
    attack: heldAnonymousCalls,
  },
  { name: 'held watches', description: 'open health watches from five addresses', seconds: 8, attack: heldWatches },
  {
    name: 'held calls of strangers',
    description: 'calls of callers without rights whose large messages never end',
    seconds: 10,
    onBothRoles: true,
    attack: heldCallsOfStrangers,
  },
  {
    name: 'held large watches',
    description: 'watches whose requests have a megabyte of unknown fields',
    seconds: 8,
    attack: heldLargeWatches,
  },
  {
    name: 'continuations',
    description: 'CONTINUATION, empty frames, header bombs',
    seconds: 6,
    attack: frameFlood('continuations', 'emptyContinuations', 'emptyData', 'headerBombs'),
  },
  {
    name: 'unread reflection',
    description: 'unread responses of reflection',
    seconds: 6,
    attack: unreadReflection,
  },
  { name: 'health watches', description: 'health watches of long names', seconds: 6, attack: healthWatches },
  { name: 'unread lists', description: 'unread lists', seconds: 6, attack: unreadLists },
  {
    name: 'trickled lists',
    description: 'lists that many callers read by the byte',
    seconds: 12,
    attack: trickledLists,
  },
  {
    name: 'unread watches',
    description: 'unread watches of large executions over gRPC',
    seconds: 6,
    attack: unreadWatches,
  },
  {
    name: 'idle',
    description: '10,000 idle connections on all ports',
    seconds: 14,
    onBothRoles: true,
    attack: idleConnections,
  },
  {
    name: 'hellos',
    description: 'TLS handshakes over many connections that begin at once',
    seconds: 8,
    onBothRoles: true,
    attack: simultaneousHellos,
  },
  {
    name: 'storm',
    description: 'connections opened and closed on all ports',
    seconds: 6,
    onBothRoles: true,
    attack: connectionStorm,
  },
];

/** @throws Error if there is no such family */
export function familyOf(name: string): Family {
  const family = [nothing, ...families].find((one) => one.name === name);
  if (family === undefined) throw new Error(`there is no family ${name}`);
  return family;
}

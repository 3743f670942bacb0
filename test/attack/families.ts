import { attackEnd, type Attack } from './attackers/attack.ts';
import { bodiesWithoutToken, decompressionBombs, slowBodies } from './attackers/bodies.ts';
import { badTokens, connectionStorm, idleConnections, publicEndpoints } from './attackers/connections.ts';
import { authenticatedFlood } from './attackers/authenticated.ts';
import { documents, patterns, quotedSecrets, violations } from './attackers/documents.ts';
import { frameFlood } from './attackers/frames.ts';
import { ambiguousFraming } from './attackers/framing.ts';
import { healthWatches, unreadLists, unreadReflection } from './attackers/unread.ts';

/** Attacks of one kind. */
export interface Family {
  readonly name: string;
  readonly description: string;
  readonly seconds: number;
  /** Also tried on a process with both roles. */
  readonly onBothRoles?: true;
  readonly attack: (attack: Attack) => Promise<void>;
}

/** No attack: what the service needs while it is left alone. */
const nothing: Family = {
  name: 'nothing',
  description: 'no attack',
  seconds: 12,
  attack: (attack) => {
    attack.counter.add('nothing');
    return attackEnd(attack);
  },
};

/** All families, in the order in which they are run. */
export const families: readonly Family[] = [
  {
    name: 'bodies',
    description: 'bodies of 1 MB without a token over 100 connections',
    seconds: 10,
    onBothRoles: true,
    attack: bodiesWithoutToken,
  },
  { name: 'patterns', description: 'the worst texts for patterns', seconds: 6, onBothRoles: true, attack: patterns },
  { name: 'violations', description: 'as many broken rules as fit', seconds: 6, onBothRoles: true, attack: violations },
  {
    name: 'quoted secrets',
    description: 'many secrets in a request that the API server refuses for many reasons',
    seconds: 6,
    onBothRoles: true,
    attack: quotedSecrets,
  },
  { name: 'documents', description: 'deep and wide JSON and protobuf', seconds: 6, attack: documents },
  { name: 'bombs', description: 'compressed bombs', seconds: 6, onBothRoles: true, attack: decompressionBombs },
  { name: 'bad tokens', description: 'tokens of nobody, another one each time', seconds: 6, attack: badTokens },
  { name: 'slow bodies', description: 'requests that never end', seconds: 6, attack: slowBodies },
  { name: 'odd framing', description: 'requests that can be read in two ways', seconds: 6, attack: ambiguousFraming },
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
    description: 'gRPC calls of one good token: lists, calls without an end, rapid reset',
    seconds: 8,
    onBothRoles: true,
    attack: authenticatedFlood,
  },
  {
    name: 'continuations',
    description: 'CONTINUATION, empty frames, header bombs',
    seconds: 6,
    attack: frameFlood('continuations', 'emptyContinuations', 'emptyData', 'headerBombs'),
  },
  {
    name: 'unread reflection',
    description: 'answers of reflection that are not read',
    seconds: 6,
    attack: unreadReflection,
  },
  { name: 'health watches', description: 'watches of the health of long names', seconds: 6, attack: healthWatches },
  { name: 'unread lists', description: 'lists that are not read', seconds: 6, attack: unreadLists },
  {
    name: 'idle',
    description: '10,000 idle connections on all ports',
    seconds: 14,
    onBothRoles: true,
    attack: idleConnections,
  },
  {
    name: 'storm',
    description: 'connections opened and closed on all ports',
    seconds: 6,
    onBothRoles: true,
    attack: connectionStorm,
  },
];

/** @throws Error when there is no such family */
export function familyOf(name: string): Family {
  const family = [nothing, ...families].find((one) => one.name === name);
  if (family === undefined) throw new Error(`there is no family ${name}`);
  return family;
}

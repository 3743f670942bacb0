import { over, type Attack } from './attackers/attack.ts';
import { bodiesWithoutToken, bombs, slowBodies } from './attackers/bodies.ts';
import { badTokens, connectionStorm, idleConnections, openPages } from './attackers/connections.ts';
import { authenticatedFlood } from './attackers/authenticated.ts';
import { documents, patterns, quotedSecrets, violations } from './attackers/documents.ts';
import { frameFlood } from './attackers/frames.ts';
import { oddFraming } from './attackers/framing.ts';
import { healthWatches, unreadLists, unreadReflection } from './attackers/unread.ts';

/** Attacks of one kind. */
export interface Family {
  readonly name: string;
  readonly what: string;
  readonly seconds: number;
  /** Also tried on a process with both roles. */
  readonly onBoth?: true;
  readonly attack: (attack: Attack) => Promise<void>;
}

/** No attack: what the service needs while it is left alone. */
const nothing: Family = {
  name: 'nothing',
  what: 'no attack',
  seconds: 12,
  attack: (attack) => {
    attack.tally.add('nothing');
    return over(attack);
  },
};

/** All families, in the order in which they are run. */
export const families: readonly Family[] = [
  {
    name: 'bodies',
    what: 'bodies of 1 MB without a token over 100 connections',
    seconds: 10,
    onBoth: true,
    attack: bodiesWithoutToken,
  },
  { name: 'patterns', what: 'the worst texts for patterns', seconds: 6, onBoth: true, attack: patterns },
  { name: 'violations', what: 'as many broken rules as fit', seconds: 6, onBoth: true, attack: violations },
  {
    name: 'quoted secrets',
    what: 'many secrets in a request that the API server refuses for many reasons',
    seconds: 6,
    onBoth: true,
    attack: quotedSecrets,
  },
  { name: 'documents', what: 'deep and wide JSON and protobuf', seconds: 6, attack: documents },
  { name: 'bombs', what: 'compressed bombs', seconds: 6, onBoth: true, attack: bombs },
  { name: 'bad tokens', what: 'tokens of nobody, another one each time', seconds: 6, attack: badTokens },
  { name: 'slow bodies', what: 'requests that never end', seconds: 6, attack: slowBodies },
  { name: 'odd framing', what: 'requests that can be read in two ways', seconds: 6, attack: oddFraming },
  { name: 'open pages', what: 'metrics, health and documents, pipelined', seconds: 6, onBoth: true, attack: openPages },
  {
    name: 'pings',
    what: 'PING, SETTINGS, WINDOW_UPDATE',
    seconds: 6,
    attack: frameFlood('pings', 'settings', 'windowUpdates', 'unknown'),
  },
  {
    name: 'resets',
    what: 'rapid reset',
    seconds: 6,
    onBoth: true,
    attack: frameFlood('resets', 'calls', 'priorities'),
  },
  {
    name: 'refused calls',
    what: 'other content types and unknown methods over gRPC, also reset at once',
    seconds: 6,
    onBoth: true,
    attack: frameFlood('otherTypeResets', 'unknownMethodResets', 'otherTypes', 'unknownMethods'),
  },
  {
    name: 'authenticated streams',
    what: 'gRPC calls of one good token: lists, calls without an end, rapid reset',
    seconds: 8,
    onBoth: true,
    attack: authenticatedFlood,
  },
  {
    name: 'continuations',
    what: 'CONTINUATION, empty frames, header bombs',
    seconds: 6,
    attack: frameFlood('continuations', 'emptyContinuations', 'emptyData', 'headerBombs'),
  },
  { name: 'unread reflection', what: 'answers of reflection that are not read', seconds: 6, attack: unreadReflection },
  { name: 'health watches', what: 'watches of the health of long names', seconds: 6, attack: healthWatches },
  { name: 'unread lists', what: 'lists that are not read', seconds: 6, attack: unreadLists },
  { name: 'idle', what: '10,000 idle connections on all ports', seconds: 14, onBoth: true, attack: idleConnections },
  {
    name: 'storm',
    what: 'connections opened and closed on all ports',
    seconds: 6,
    onBoth: true,
    attack: connectionStorm,
  },
];

/** @throws Error when there is no such family */
export function familyOf(name: string): Family {
  const family = [nothing, ...families].find((one) => one.name === name);
  if (family === undefined) throw new Error(`there is no family ${name}`);
  return family;
}

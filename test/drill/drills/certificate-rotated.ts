import { toSeconds } from '../client/call-summary.ts';
import { promise, type Drill } from '../drill.ts';
import { holdsWithin } from '../../support/until.ts';

/** Timeout for new connections to get the new certificate, in milliseconds; files are polled every 10 s. */
const reloadMs = 30_000;

/** Replaces the certificate while connections are open. */
export const certificateRotated: Drill = {
  name: 'certificate-rotated',
  description: 'the certificate is replaced by one of another CA, as the kubelet updates a Secret',
  tls: true,
  async inject({ api, certificates, log, signal }) {
    const addresses = api.members.flatMap(({ endpoint }) => [endpoint.http, endpoint.grpc]);
    await certificates.rotate();
    const rotatedMs = performance.now();
    log('the new certificate is in place');
    const shown = async () => {
      const names = await Promise.all(addresses.map((address) => certificates.servedBy(address)));
      return names.every((name) => name === 'second');
    };
    const all = await holdsWithin(reloadMs, shown, signal);
    log(all ? 'every new connection gets it' : 'some new connection does not get it');
    return {
      facts: { 'until new connections get it': all ? toSeconds(performance.now() - rotatedMs) : Infinity },
    };
  },
  promises: ({ facts, triedAgain, watchResumed, exits, noApiReady }) => [
    promise('new connections get the new certificate', Number.isFinite(facts['until new connections get it'])),
    promise('no call needs a retry', triedAgain === 0),
    promise('an open watch continues', watchResumed === 0),
    promise('every replica stays ready, and none restarts', noApiReady === 0 && exits === 0),
  ],
};

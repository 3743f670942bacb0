import { toSeconds } from '../client/call-summary.ts';
import { promise, type Drill } from '../drill.ts';
import { waitUntil } from '../harness/wait-until.ts';

/** Milliseconds within which new connections have to get the new certificate; the files are looked at every 10 s. */
const reloadMs = 30_000;

/** The certificate is replaced while connections are open. */
export const certificateRotated: Drill = {
  name: 'certificate-rotated',
  description: 'the certificate is replaced by one of another authority, as the kubelet updates a Secret',
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
    const all = await waitUntil(shown, reloadMs, signal);
    log(all ? 'every new connection gets it' : 'some new connection does not get it');
    return {
      facts: { 'until new connections get it': all ? toSeconds(performance.now() - rotatedMs) : Infinity },
    };
  },
  promises: ({ facts, triedAgain, watchResumed, exits, noApiReady }) => [
    promise('new connections get the new certificate', Number.isFinite(facts['until new connections get it'])),
    promise('no call has to be tried again', triedAgain === 0),
    promise('an open watch goes on', watchResumed === 0),
    promise('every replica is ready all the while, and none restarts', noApiReady === 0 && exits === 0),
  ],
};

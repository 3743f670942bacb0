import { describe, expect, it } from '@jest/globals';
import { pauseAnnotation, pausingNamespaces } from '../../../src/pauses/pause.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { until } from '../../support/until.ts';
import { onBothTransports } from './on-both-transports.ts';

await onBothTransports('pause', (contract) => {
  const { caller } = contract;

  describe('create while the namespace is paused', () => {
    it('stores the execution and says that it is paused, until the pause ends', async () => {
      const annotate = (reason: string | null) =>
        contract.kubernetes.patch(
          pausingNamespaces,
          { name: contract.namespace },
          { metadata: { annotations: { [pauseAnnotation]: reason } } },
        );
      const warningsOf = async (name: string) =>
        (await caller.create(contract.namespace, { name, spec: aSpec() })).ok?.warnings ?? [];
      const validated = async () =>
        (await caller.create(contract.namespace, { spec: aSpec(), validateOnly: true })).ok?.warnings ?? [];

      expect(await warningsOf('before')).toEqual([]);
      await annotate('Wartung über Nacht…');
      await until('the pause is known', async () => (await validated()).length === 1);
      expect(await warningsOf('during')).toEqual([
        expect.stringMatching(
          /^the execution waits for the end of a pause: Namespace \S+ is paused since .*: Wartung über Nacht…$/,
        ),
      ]);
      expect((await caller.get(contract.namespace, 'during')).ok?.name).toBe('during');
      await annotate(null);
      await until('the end of the pause is known', async () => (await validated()).length === 0);
    });
  });
});

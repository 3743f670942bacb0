import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { eventResource, type NewEvent } from '../../../src/kubernetes/event.ts';
import { until } from '../../support/until.ts';

/** The Events about one object, read live, oldest first. */
export async function eventsAbout(client: KubernetesClient, namespace: string, name: string): Promise<NewEvent[]> {
  const { items } = await client.listRaw(eventResource, { namespace });
  const events = items as NewEvent[]; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- written by the service just now; a test may fail on what is not there
  return events
    .filter(({ regarding }) => regarding.name === name)
    .toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : 1));
}

/** Waits until an object has Events with these reasons, which arrive in any order; returns all of its Events. */
export async function eventsUntil(
  client: KubernetesClient,
  namespace: string,
  name: string,
  ...reasons: readonly [string, ...string[]]
): Promise<NewEvent[]> {
  let events: NewEvent[] = [];
  await until(`${name} has the events ${reasons.join(', ')}`, async () => {
    events = await eventsAbout(client, namespace, name);
    return reasons.every((reason) => events.some((event) => event.reason === reason));
  });
  return events;
}

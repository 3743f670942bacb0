import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from '@jest/globals';
import { lockLabel } from '../../../src/locking/lock-lease.ts';
import { readObjectChange } from './stored-object.ts';

const message = (write: (writer: BinaryWriter) => void) => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};
const field = (writer: BinaryWriter, number: number, bytes: Uint8Array) => writer.tag(number, 2).bytes(bytes);
const text = (writer: BinaryWriter, number: number, value: string) => writer.tag(number, 2).string(value);

function storedLease(): Buffer {
  const label = message((writer) => text(text(writer, 1, lockLabel.name), 2, lockLabel.value));
  const metadata = message((writer) => {
    text(text(text(writer, 1, 'lock'), 3, 'system'), 5, 'uid-1');
    field(writer.tag(7, 0).int64(3), 11, label);
  });
  const spec = message((writer) => text(writer, 1, 'team/a/uid-a').tag(2, 0).int32(15));
  const lease = message((writer) => field(field(writer, 1, metadata), 2, spec));
  return Buffer.concat([Buffer.from('k8s\0'), message((writer) => field(writer, 2, lease))]);
}

function storedPod(): Buffer {
  const owner = message((writer) =>
    text(text(writer, 1, 'TaskRun'), 4, 'uid-task')
      .tag(6, 0)
      .bool(true),
  );
  const metadata = message((writer) => {
    field(text(text(text(writer, 1, 'pod'), 3, 'team'), 5, 'uid-1'), 13, owner);
  });
  const container = (name: string, state: number) =>
    message((writer) => {
      const inState = message((inner) => field(inner, state, new Uint8Array()));
      field(text(writer, 1, name), 2, inState)
        .tag(4, 0)
        .bool(true);
    });
  const status = message((writer) => {
    field(field(text(writer, 1, 'Running'), 8, container('step-one', 3)), 8, container('step-two', 2));
  });
  const pod = message((writer) => field(field(writer, 1, metadata), 3, status));
  return Buffer.concat([Buffer.from('k8s\0'), message((writer) => field(writer, 2, pod))]);
}

describe('an object in etcd', () => {
  it('is decoded from JSON if it is a custom resource', () => {
    const key = '/registry/tekton.dev/pipelineruns/team/run';
    const value = Buffer.from('{"kind":"PipelineRun"}');
    expect(readObjectChange({ key, revision: 7, value })).toEqual({
      kind: 'PipelineRun',
      key,
      namespace: 'team',
      name: 'run',
      revision: 7,
      object: { kind: 'PipelineRun' },
    });
  });

  it('is decoded from protobuf if it is a Lease', () => {
    const change = readObjectChange({ key: '/registry/leases/system/lock', revision: 7, value: storedLease() });
    expect(change?.object).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'lock',
        namespace: 'system',
        uid: 'uid-1',
        labels: { [lockLabel.name]: lockLabel.value },
        annotations: {},
      },
      spec: { holderIdentity: 'team/a/uid-a' },
    });
  });

  it('is decoded from protobuf if it is a Pod', () => {
    const change = readObjectChange({ key: '/registry/pods/team/pod', revision: 7, value: storedPod() });
    expect(change?.object).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'pod',
        namespace: 'team',
        uid: 'uid-1',
        ownerReferences: [{ kind: 'TaskRun', uid: 'uid-task', controller: true }],
      },
      status: {
        phase: 'Running',
        containerStatuses: [
          { name: 'step-one', state: { terminated: {} } },
          { name: 'step-two', state: { running: {} } },
        ],
      },
    });
  });

  it('is undefined after its deletion', () => {
    const change = readObjectChange({ key: '/registry/leases/system/lock', revision: 7, value: undefined });
    expect(change).toMatchObject({ kind: 'Lease', name: 'lock', object: undefined });
  });

  it('is ignored if its kind is not observed', () => {
    expect(
      readObjectChange({ key: '/registry/secrets/team/secret', revision: 7, value: Buffer.from('k8s') }),
    ).toBeUndefined();
  });

  it('is an error if it cannot be decoded', () => {
    const key = '/registry/leases/system/lock';
    expect(() => readObjectChange({ key, revision: 7, value: Buffer.from('{}') })).toThrow('not stored as protobuf');
  });
});

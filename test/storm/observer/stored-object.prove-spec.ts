import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from '@jest/globals';
import { readObjectChange } from './stored-object.ts';

const message = (write: (writer: BinaryWriter) => void) => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};
const field = (writer: BinaryWriter, number: number, bytes: Uint8Array) => writer.tag(number, 2).bytes(bytes);
const text = (writer: BinaryWriter, number: number, value: string) => writer.tag(number, 2).string(value);

function storedLease(): Buffer {
  const label = message((writer) => text(text(writer, 1, 'kubernaut.ai/lock'), 2, 'target-resource'));
  const metadata = message((writer) => {
    text(text(text(writer, 1, 'lock'), 3, 'system'), 5, 'uid-1');
    field(writer.tag(7, 0).int64(3), 11, label);
  });
  const spec = message((writer) => text(writer, 1, 'team/a/uid-a').tag(2, 0).int32(15));
  const lease = message((writer) => field(field(writer, 1, metadata), 2, spec));
  return Buffer.concat([Buffer.from('k8s\0'), message((writer) => field(writer, 2, lease))]);
}

describe('an object in etcd', () => {
  it('is read as JSON when it is a custom one', () => {
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

  it('is read as protobuf when it is a Lease', () => {
    const change = readObjectChange({ key: '/registry/leases/system/lock', revision: 7, value: storedLease() });
    expect(change?.object).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'lock',
        namespace: 'system',
        uid: 'uid-1',
        labels: { 'kubernaut.ai/lock': 'target-resource' },
        annotations: {},
      },
      spec: { holderIdentity: 'team/a/uid-a' },
    });
  });

  it('is not there any more when it was removed', () => {
    const change = readObjectChange({ key: '/registry/leases/system/lock', revision: 7, value: undefined });
    expect(change).toMatchObject({ kind: 'Lease', name: 'lock', object: undefined });
  });

  it('is passed over when nobody looks at its kind', () => {
    expect(
      readObjectChange({ key: '/registry/pods/team/pod', revision: 7, value: Buffer.from('k8s') }),
    ).toBeUndefined();
  });

  it('is an error when it cannot be read', () => {
    const key = '/registry/leases/system/lock';
    expect(() => readObjectChange({ key, revision: 7, value: Buffer.from('{}') })).toThrow('not stored as protobuf');
  });
});

import { arrayOf, recordOf } from '../../src/kubernetes/json.ts';
import { ClusterError } from '../cluster/errors.ts';

/**
 * Compressed size of an image in bytes.
 *
 * @param image `host:port/repository` in a plain-HTTP registry
 */
export async function imageSize(image: string, tag: string): Promise<number> {
  const [host = '', ...repository] = image.split('/');
  const url = `http://${host}/v2/${repository.join('/')}/manifests/${tag}`;
  const answer = await fetch(url, { headers: { accept: 'application/vnd.oci.image.manifest.v1+json' } });
  if (!answer.ok) throw new ClusterError(`GET ${url}: the registry answered ${answer.status}`);
  const layers = arrayOf(recordOf(await answer.json())['layers']);
  return layers.reduce<number>((sum, layer) => sum + Number(recordOf(layer)['size']), 0);
}

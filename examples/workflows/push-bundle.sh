#!/usr/bin/env bash
# Pushes a Pipeline as a Tekton bundle with curl, like `tkn bundle push REFERENCE -f FILE`, to a registry without
# authentication.
#
#   examples/workflows/push-bundle.sh REGISTRY/REPOSITORY:TAG PIPELINE.YAML
#
# REGISTRY_SCHEME=http is for a registry without TLS.
set -euo pipefail

reference=$1 pipeline=$2
registry=${reference%%/*} tag=${reference##*:}
repository=${reference#*/} repository=${repository%:*}
base="${REGISTRY_SCHEME:-https}://$registry/v2/$repository"

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
digest() { echo "sha256:$(sha256sum "$directory/$1" | cut -d ' ' -f 1)"; }
size() { wc -c <"$directory/$1" | tr -d ' '; }
call() { curl --silent --show-error --fail-with-body "$@"; }

# A layer for the Pipeline: a compressed archive with one file of its name, `workflow`.
cp "$pipeline" "$directory/workflow"
tar -C "$directory" -cf "$directory/layer.tar" workflow
gzip -nk "$directory/layer.tar"
printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["%s"]}}' \
  "$(digest layer.tar)" >"$directory/config"
# Tekton reads from the annotations what a layer contains.
cat >"$directory/manifest" <<JSON
{
  "schemaVersion": 2,
  "mediaType": "application/vnd.oci.image.manifest.v1+json",
  "config": {
    "mediaType": "application/vnd.oci.image.config.v1+json",
    "digest": "$(digest config)",
    "size": $(size config)
  },
  "layers": [
    {
      "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
      "digest": "$(digest layer.tar.gz)",
      "size": $(size layer.tar.gz),
      "annotations": {
        "dev.tekton.image.apiVersion": "v1",
        "dev.tekton.image.kind": "pipeline",
        "dev.tekton.image.name": "workflow"
      }
    }
  ]
}
JSON

for blob in config layer.tar.gz; do
  location=$(call --request POST --header 'Content-Length: 0' --dump-header - --output /dev/null "$base/blobs/uploads/" |
    tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  [[ $location == http* ]] || location="${base%%/v2/*}$location"
  [[ $location == *\?* ]] && separator='&' || separator='?'
  call --request PUT --header 'Content-Type: application/octet-stream' --data-binary "@$directory/$blob" \
    "$location${separator}digest=$(digest "$blob")"
done
call --request PUT --header 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
  --data-binary "@$directory/manifest" "$base/manifests/$tag"
echo "$registry/$repository@$(digest manifest)"

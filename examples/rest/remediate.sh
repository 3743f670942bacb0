#!/usr/bin/env bash
# Runs a workflow over REST with curl, follows it to its end, and prints its log.
#
#   export WFE_TOKEN=$(kubectl create token NAME --audience workflow-execution)
#   examples/rest/remediate.sh NAMESPACE REQUEST_ID BUNDLE TARGET
#
# If it is started again with the same REQUEST_ID, it continues with the same execution. The exit code is 0 if the workflow
# succeeded, and 2 otherwise.
set -euo pipefail

url=${WFE_URL:-http://127.0.0.1:8080}
namespace=$1 request_id=$2 bundle=$3 target=$4
executions="$url/api/v1/namespaces/$namespace/workflowexecutions"

# The token is in a file, so that it does not appear in process lists.
header=$(mktemp)
trap 'rm -f "$header"' EXIT
printf 'Authorization: Bearer %s\n' "${WFE_TOKEN:?is the token of the caller}" >"$header"

# Retries transient errors: curl itself retries 429 and 503 after Retry-After, and refused connections; this loop retries
# broken connections. Exit code 22 is a permanent error response.
call() {
  local code
  for _ in {1..20}; do
    curl --silent --show-error --fail-with-body --header "@$header" --retry 20 --retry-connrefused "$@" && return
    code=$?
    ((code == 22)) && break
    sleep 1
  done
  return "$code"
}

# The first value of a field in JSON.
field() {
  grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
}

# 1. Create. With a request id, retries create only one execution.
created=$(call --header 'Content-Type: application/json' "$executions?requestId=$request_id" --data "{
  \"spec\": {
    \"remediationRequestRef\": { \"name\": \"$request_id\" },
    \"workflowRef\": { \"workflowId\": \"example\", \"version\": \"1.0.0\", \"containerImage\": \"$bundle\" },
    \"targetResource\": \"$target\"
  }
}") || { echo "$created" >&2; exit 1; }
name=$(field name <<<"$created")
echo "created $name"

# 2. Watch. Each event has an id, from which the next attempt resumes at any replica.
phase='' last=''
has_ended() { [[ $phase =~ ^(Completed|Failed|Skipped)$ ]]; }
until has_ended; do
  exec 3< <(exec curl --silent --fail --no-buffer --header "@$header" ${last:+--header "Last-Event-ID: $last"} \
    "$url/api/v1/watch/namespaces/$namespace/workflowexecutions?name=$name")
  watch=$!
  # The stream sends keep-alives, so silence means that the connection is lost.
  while ! has_ended && IFS= read -r -t 45 -u 3 line; do
    case $line in
      id:*) last=${line#id: } ;;
      data:*)
        seen=$(grep -o '"status":{.*' <<<"$line" | field phase || true)
        if [[ -n $seen && $seen != "$phase" ]]; then
          phase=$seen
          echo "$name is $phase"
        fi
        ;;
    esac
  done
  exec 3<&-
  kill "$watch" 2>/dev/null || true
  # An error response (22) may mean that the position has expired (410): start again from the current state.
  wait "$watch" || (($? != 22)) || last=''
  has_ended || sleep 1
done

# 3. The outcome and the log.
call "$executions/$name" | grep -o '"status":.*'
call "$executions/$name/log" || true
[[ $phase == Completed ]] || exit 2

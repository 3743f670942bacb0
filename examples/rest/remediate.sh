#!/usr/bin/env bash
# Has a workflow executed over REST with curl alone, follows it to its end, and shows its log.
#
#   export WFE_TOKEN=$(kubectl create token NAME --audience workflow-execution)
#   examples/rest/remediate.sh NAMESPACE REQUEST_ID BUNDLE TARGET
#
# Started again with the same REQUEST_ID it goes on with the same execution. The exit code is 0 when the workflow has done
# its work, and 2 when it has not.
set -euo pipefail

url=${WFE_URL:-http://127.0.0.1:8080}
namespace=$1 request_id=$2 bundle=$3 target=$4
executions="$url/api/v1/namespaces/$namespace/workflowexecutions"

# A file for the token, so that no list of processes shows it.
header=$(mktemp)
trap 'rm -f "$header"' EXIT
printf 'Authorization: Bearer %s\n' "${WFE_TOKEN:?is the token of the caller}" >"$header"

# Tries again what passes: by itself curl does for 429 and 503, after as long as Retry-After says, and for a connection that
# is refused; one that breaks is tried again here. 22 is an answer that stays, whatever is tried.
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

# 1. Create. With a request id any number of tries make one execution.
created=$(call --header 'Content-Type: application/json' "$executions?requestId=$request_id" --data "{
  \"spec\": {
    \"remediationRequestRef\": { \"name\": \"$request_id\" },
    \"workflowRef\": { \"workflowId\": \"example\", \"version\": \"1.0.0\", \"containerImage\": \"$bundle\" },
    \"targetResource\": \"$target\"
  }
}") || { echo "$created" >&2; exit 1; }
name=$(field name <<<"$created")
echo "created $name"

# 2. Watch. Each event has an id, from which another try goes on at whichever replica.
phase='' last=''
has_ended() { [[ $phase =~ ^(Completed|Failed|Skipped)$ ]]; }
until has_ended; do
  exec 3< <(exec curl --silent --fail --no-buffer --header "@$header" ${last:+--header "Last-Event-ID: $last"} \
    "$url/api/v1/watch/namespaces/$namespace/workflowexecutions?name=$name")
  watch=$!
  # It says something every 15 s at least.
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
  # An answer that is an error (22) may say that the position is not known any more (410): the current state is as good.
  wait "$watch" || (($? != 22)) || last=''
  has_ended || sleep 1
done

# 3. The outcome, and what the steps have written.
call "$executions/$name" | grep -o '"status":.*'
call "$executions/$name/log" || true
[[ $phase == Completed ]] || exit 2

"""What schemathesis cannot know of a valid request, because the document says it in words."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    query = case.query if isinstance(case.query, dict) else {}
    # Nothing ends executions here, so that a log would be followed until the timeout.
    if str(query.get("follow")).lower() == "true":
        query.pop("follow")
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # A page token is one that a list gave out, and a label selector has a grammar.
    query.pop("continue", None)
    if "labelSelector" in query:
        query["labelSelector"] = "team=payment,tier!=test"
    # A target has a kind that the cluster has, in its scope.
    path = case.path_parameters if isinstance(case.path_parameters, dict) else {}
    if "kind" in path:
        path["kind"] = "deployment" if "namespace" in path else "node"
    if isinstance(case.body, dict):
        keep_rules_between_fields(case.body, path["namespace"])


def keep_rules_between_fields(execution, namespace):
    metadata, spec = execution.get("metadata", {}), execution.get("spec", {})
    if "namespace" in metadata:
        metadata["namespace"] = namespace
    # A new execution is not cancelled.
    spec.pop("cancelRequested", None)
    spec.pop("cancelMode", None)
    # Of a kind that the cluster has.
    if "targetResource" in spec:
        spec["targetResource"] = "payment/deployment/payment-api"
    # The digest is that of the image, if the image has one.
    if "@" in spec.get("workflowRef", {}).get("containerImage", ""):
        spec["workflowRef"].pop("containerDigest", None)
    # At most WFE_MAX_TIMEOUT, and the part for `finally` tasks shorter than the whole.
    for field, duration in (("timeout", "1h30m"), ("finallyTimeout", "10m")):
        if field in spec.get("executionConfig", {}):
            spec["executionConfig"][field] = duration
    if "finallyTimeout" in spec.get("executionConfig", {}):
        spec["executionConfig"]["timeout"] = "1h30m"

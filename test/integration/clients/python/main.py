"""Uses the service through the client of openapi-python-client."""

import json
import os
import ssl

from generated import AuthenticatedClient
from generated.api.workflow_executions import (
    cancel_workflow_execution,
    create_workflow_execution,
    delete_workflow_execution,
    get_workflow_execution,
    list_workflow_executions,
)
from generated.models import (
    CreatedWorkflowExecution,
    CreateWorkflowExecution,
    NewMetadata,
    NewMetadataLabels,
    Problem,
    RemediationRequestRef,
    WorkflowExecution,
    WorkflowExecutionList,
    WorkflowExecutionSpec,
    WorkflowExecutionSpecParameters,
    WorkflowRef,
)
from generated.types import UNSET

namespace = os.environ["WFE_CLIENT_NAMESPACE"]
client = AuthenticatedClient(
    base_url=os.environ["WFE_URL"],
    token=os.environ["WFE_TOKEN"],
    verify_ssl=ssl.create_default_context(cafile=os.environ["WFE_CA_FILE"]),
    raise_on_unexpected_status=True,
)


def execution(name: str) -> CreateWorkflowExecution:
    return CreateWorkflowExecution(
        metadata=NewMetadata(name=name, labels=NewMetadataLabels.from_dict({"team": "payment"})),
        spec=WorkflowExecutionSpec(
            remediation_request_ref=RemediationRequestRef(name="rr-1"),
            workflow_ref=WorkflowRef(
                workflow_id="restart", version="1.0.0", container_image="quay.io/kubernaut/restart:v1"
            ),
            target_resource=f"{namespace}/deployment/{name}",
            parameters=WorkflowExecutionSpecParameters.from_dict({"MEMORY_LIMIT": "512Mi"}),
            confidence=0.92,
        ),
    )


def created(answer: CreatedWorkflowExecution | Problem | None) -> CreatedWorkflowExecution:
    assert isinstance(answer, CreatedWorkflowExecution), answer
    return answer


def stored(answer: WorkflowExecution | Problem | None) -> WorkflowExecution:
    assert isinstance(answer, WorkflowExecution), answer
    return answer


validated = created(
    create_workflow_execution.sync(namespace, client=client, body=execution("validated"), validate_only=True)
)
for name in ["one", "two", "three"]:
    created(
        create_workflow_execution.sync(namespace, client=client, body=execution(name), request_id=f"create-{name}")
    )
read = stored(get_workflow_execution.sync(namespace, "one", client=client))
pages: list[list[str]] = []
next_page = UNSET
while True:
    page = list_workflow_executions.sync(namespace, client=client, limit=2, continue_=next_page)
    assert isinstance(page, WorkflowExecutionList), page
    pages.append([item.metadata.name for item in page.items])
    next_page = page.metadata.continue_
    if next_page is UNSET:
        break
cancelled = stored(cancel_workflow_execution.sync(namespace, "one", client=client))
deleted = stored(delete_workflow_execution.sync(namespace, "one", client=client))
missing = get_workflow_execution.sync(namespace, "missing", client=client)
assert isinstance(missing, Problem), missing

print(
    json.dumps(
        {
            "validated": validated.metadata.name,
            "isStored": validated.metadata.resource_version is not UNSET,
            "read": {
                "labels": read.metadata.labels.to_dict(),
                "parameters": read.spec.parameters.to_dict(),
                "confidence": read.spec.confidence,
            },
            "pages": [len(names) for names in pages],
            "listed": sorted(name for names in pages for name in names),
            "isCancelled": cancelled.spec.cancel_requested is True,
            "isDeleted": deleted.metadata.deletion_timestamp is not UNSET,
            "error": missing.type_,
        }
    )
)

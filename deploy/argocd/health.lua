-- Health of a WorkflowExecution for Argo CD (docs/gitops.md), the same that kstatus computes for Flux and kpt.
-- https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#custom-health-checks
local status = obj.status or {}
if status.phase == nil then
  return { status = "Progressing", message = "Waiting for the controller" }
end
if status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "Waiting for the controller to observe the change of the spec" }
end
local healthOf = { Completed = "Healthy", Failed = "Degraded", Skipped = "Degraded" }
return { status = healthOf[status.phase] or "Progressing", message = status.message or status.phase }

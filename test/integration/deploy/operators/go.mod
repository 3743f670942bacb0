// Where the CRDs of operators are from; nothing of them is compiled, and `go mod tidy` would leave nothing here.
module workflow-execution/operators

go 1.26.4

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/prometheus-operator/prometheus-operator v0.85.0
)

// A controller that runs the workflow of each RemediationRequest through the WorkflowExecution service. See ../README.md.
package main

import (
	"flag"
	"log/slog"
	"os"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/source"

	workflows "github.com/kubernaut/workflowexecution/clients/go/client"
)

func main() {
	var options workflows.Options
	flag.StringVar(&options.Target, "address", "127.0.0.1:50051", "gRPC target of the service")
	flag.StringVar(&options.TokenFile, "token-file", "/var/run/secrets/workflow-execution/token", "token for the service, read for each call")
	flag.StringVar(&options.CAFile, "ca-file", "", "CA of the service; by default those of the system")
	flag.BoolVar(&options.Plaintext, "plaintext", false, "connect without TLS")
	namespace := flag.String("namespace", "", "namespace of the RemediationRequests; by default all")
	flag.Parse()

	ctrl.SetLogger(logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	if err := run(options, *namespace); err != nil {
		slog.Error("stopped", "error", err)
		os.Exit(1)
	}
}

func run(options workflows.Options, namespace string) error {
	scheme := runtime.NewScheme()
	addToScheme(scheme)
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	managerOptions := ctrl.Options{Scheme: scheme, Metrics: server.Options{BindAddress: "0"}}
	parent := "namespaces/-"
	if namespace != "" {
		parent = "namespaces/" + namespace
		managerOptions.Cache.DefaultNamespaces = map[string]cache.Config{namespace: {}}
	}
	manager, err := ctrl.NewManager(config, managerOptions)
	if err != nil {
		return err
	}
	workflow, err := workflows.New(options)
	if err != nil {
		return err
	}
	defer workflow.Close()

	events := make(chan event.GenericEvent)
	if err := manager.Add(&executionEvents{workflow, parent, events}); err != nil {
		return err
	}
	err = ctrl.NewControllerManagedBy(manager).
		For(&RemediationRequest{}).
		WatchesRawSource(source.Channel(events, &handler.EnqueueRequestForObject{})).
		WithOptions(controller.Options{MaxConcurrentReconciles: 8}).
		Complete(&reconciler{manager.GetClient(), manager.GetAPIReader(), workflow})
	if err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}

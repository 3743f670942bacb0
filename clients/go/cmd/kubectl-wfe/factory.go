package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/gentype"
	kubernetesscheme "k8s.io/client-go/kubernetes/scheme"
	coordinationv1client "k8s.io/client-go/kubernetes/typed/coordination/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/runlog"
)

// scheme has the types that commands read, and those of lists and tables.
var scheme = newScheme()

// parameters encodes the options of requests.
var parameters = runtime.NewParameterCodec(scheme)

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{kubernetesscheme.AddToScheme, v1alpha1.AddToScheme, metav1.AddMetaToScheme} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	return scheme
}

// factory has what all commands share: the streams and the flags of kubectl.
type factory struct {
	genericiooptions.IOStreams
	config           *genericclioptions.ConfigFlags
	serviceNamespace string
	now              func() time.Time
}

func newFactory(streams genericiooptions.IOStreams) *factory {
	return &factory{
		IOStreams:        streams,
		config:           genericclioptions.NewConfigFlags(true).WithWarningPrinter(streams),
		serviceNamespace: cmp.Or(os.Getenv("WFE_NAMESPACE"), "kubernaut-system"),
		now:              time.Now,
	}
}

// validate checks the flags of all commands.
func (f *factory) validate() error {
	if f.serviceNamespace == "" {
		return usagef("--service-namespace must not be empty")
	}
	if _, err := clientcmd.ParseTimeout(*f.config.Timeout); err != nil {
		return usagef("--request-timeout must be a duration such as 30s, not %q", *f.config.Timeout)
	}
	return nil
}

type executionClient = gentype.ClientWithList[*v1alpha1.WorkflowExecution, *v1alpha1.WorkflowExecutionList]

// cluster has the clients for an API server, in the namespace of the command.
type cluster struct {
	namespace  string
	rest       rest.Interface
	executions *executionClient
	core       *corev1client.CoreV1Client
	dynamic    dynamic.Interface
	// serviceNamespace is that of the leases and the settings.
	serviceNamespace string
	leases           coordinationv1client.LeaseInterface
	settings         corev1client.ConfigMapInterface
}

// connect reads the kubeconfig. It sends no request.
func (f *factory) connect() (*cluster, error) {
	namespace, _, err := f.config.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return nil, err
	}
	config, err := f.config.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	// Enough for one command of a person.
	config.QPS, config.Burst = 50, 100
	own := rest.CopyConfig(config)
	own.APIPath = "/apis"
	own.GroupVersion = &v1alpha1.GroupVersion
	own.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	restClient, err := rest.RESTClientFor(own)
	if err != nil {
		return nil, err
	}
	core, err := corev1client.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	coordination, err := coordinationv1client.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	dynamicClient, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &cluster{
		namespace:        namespace,
		rest:             restClient,
		executions:       executionsIn(restClient, namespace),
		core:             core,
		dynamic:          dynamicClient,
		serviceNamespace: f.serviceNamespace,
		leases:           coordination.Leases(f.serviceNamespace),
		settings:         core.ConfigMaps(f.serviceNamespace),
	}, nil
}

func executionsIn(client rest.Interface, namespace string) *executionClient {
	return gentype.NewClientWithList(v1alpha1.Plural, client, parameters, namespace,
		func() *v1alpha1.WorkflowExecution { return &v1alpha1.WorkflowExecution{} },
		func() *v1alpha1.WorkflowExecutionList { return &v1alpha1.WorkflowExecutionList{} })
}

// in returns the same clients for another namespace.
func (c *cluster) in(namespace string) *cluster {
	other := *c
	other.namespace, other.executions = namespace, executionsIn(c.rest, namespace)
	return &other
}

// get reads an execution.
func (c *cluster) get(ctx context.Context, name string) (*v1alpha1.WorkflowExecution, error) {
	execution, err := c.executions.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	execution.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(v1alpha1.Kind))
	return execution, nil
}

// logsOf returns the logs of an execution; nil if it has no PipelineRun.
func (c *cluster) logsOf(execution *v1alpha1.WorkflowExecution) *runlog.Source {
	run := execution.Status.PipelineRunRef
	if run == nil {
		return nil
	}
	return &runlog.Source{
		PipelineRun: run.Name,
		Pods:        c.core.Pods(execution.Namespace),
		TaskRuns:    c.dynamic.Resource(runlog.TaskRuns).Namespace(execution.Namespace),
	}
}

// title is how output names an execution, as kubectl does.
func title(name string) string {
	return fmt.Sprintf("%s.%s/%s", "workflowexecution", v1alpha1.GroupName, name)
}

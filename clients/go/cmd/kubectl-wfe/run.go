package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/resource"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

type runOptions struct {
	filename   string
	from       string
	name       string
	spec       v1alpha1.WorkflowExecutionSpec
	parameters []string
	override   string
	config     v1alpha1.ExecutionConfig
	dryRun     string
	wait       bool
	logs       bool
	timeout    time.Duration
	print      *genericclioptions.PrintFlags
}

// Flags that describe an execution, and so contradict a file or another execution that does.
var specFlags = []string{
	"workflow", "workflow-version", "image", "digest", "target", "remediation-request", "param", "service-account", "run-timeout",
}

// Flags without which an execution is not described.
var requiredFlags = []string{"workflow", "workflow-version", "image", "target", "remediation-request"}

func newRun(f *factory) *cobra.Command {
	options := &runOptions{print: genericclioptions.NewPrintFlags("created").WithTypeSetter(scheme)}
	cmd := &cobra.Command{
		Use:   "run [NAME] (-f FILE | --from EXECUTION | --workflow ID --image REFERENCE --target TARGET ...)",
		Short: "Run a workflow on a target",
		Long: `Run a workflow on a target.

Without NAME the API server chooses one. The execution is skipped if its target is busy, or if the same workflow ran on
it within the cooldown, unless --override-cooldown says why it must run.

With --dry-run the Kubernetes API server checks the fields, your rights and other admission policies. Only validate_only
of the execution API also checks the kind of the target, the execution policy, the bundle with its parameters, and the
ServiceAccount.`,
		Example: `  # Run a workflow, follow its log, and exit with its outcome
  kubectl wfe run payment-api-oom --workflow oomkill-increase-memory --workflow-version 1.0.0 \
    --image quay.io/kubernaut/oomkill:v1.0.0 --target payment/deployment/payment-api \
    --remediation-request rr-pod-crash-f8a3b9c2 --param MEMORY_LIMIT=512Mi --logs

  # Check the fields of a manifest, and your rights
  kubectl wfe run -f execution.yaml --dry-run

  # Repeat an execution that was skipped
  kubectl wfe run --from payment-api-oom --wait`,
		Args: usageArgs(cobra.MatchAll(cobra.MaximumNArgs(1), areNames)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				options.name = args[0]
			}
			return options.run(cmd, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&options.filename, "filename", "f", "", "File or URL with one WorkflowExecution; - for standard input")
	flags.StringVar(&options.from, "from", "", "Execution whose spec to use")
	flags.StringVar(&options.spec.WorkflowRef.WorkflowID, "workflow", "", "Id of the workflow in the catalogue")
	flags.StringVar(&options.spec.WorkflowRef.Version, "workflow-version", "", "Version of the workflow")
	flags.StringVar(&options.spec.WorkflowRef.ContainerImage, "image", "", "Tekton bundle of the workflow, an OCI reference")
	flags.StringVar(&options.spec.WorkflowRef.ContainerDigest, "digest", "", "Digest that pins the bundle")
	flags.StringVar(&options.spec.TargetResource, "target", "", "Target, NAMESPACE/KIND/NAME or KIND/NAME")
	flags.StringVar(&options.spec.RemediationRequestRef.Name, "remediation-request", "",
		"Name of the RemediationRequest, the correlation id in the audit trail")
	flags.StringArrayVarP(&options.parameters, "param", "p", nil, "Parameter NAME=VALUE of the workflow; can be repeated")
	flags.StringVar(&options.config.ServiceAccountName, "service-account", "", "ServiceAccount that the workflow runs as")
	flags.StringVar(&options.config.Timeout, "run-timeout", "", "Maximum duration of the run, such as 10m")
	flags.StringVar(&options.override, "override-cooldown", "", "Run it during the cooldown of its target, for this reason (10 to 500 characters)")
	flags.StringVar(&options.dryRun, "dry-run", "none", `"server" checks fields and rights without storing the execution`)
	flags.Lookup("dry-run").NoOptDefVal = "server"
	flags.BoolVar(&options.wait, "wait", false, "Wait for the end and exit with the outcome")
	flags.BoolVar(&options.logs, "logs", false, "Follow the log; implies --wait")
	flags.DurationVar(&options.timeout, "timeout", 0, "How long --wait and --logs wait; 0 is as long as it takes")
	options.print.AddFlags(cmd)
	return cmd
}

func (o *runOptions) run(cmd *cobra.Command, f *factory) error {
	if err := o.validate(cmd); err != nil {
		return err
	}
	printer, err := o.print.ToPrinter()
	if err != nil {
		return &usageError{err}
	}
	ctx := cmd.Context()
	cluster, err := f.connect()
	if err != nil {
		return err
	}
	object, err := o.execution(ctx, f, cluster)
	if err != nil {
		return err
	}
	created, err := o.create(ctx, cluster, object)
	if err != nil {
		return err
	}
	isStructured := *o.print.OutputFormat != ""
	isAwaited := (o.wait || o.logs) && o.dryRun == "none"
	if !isAwaited || !isStructured {
		if err := printer.PrintObj(created, f.Out); err != nil || !isAwaited {
			return err
		}
	}
	progress := f.Out
	if isStructured {
		progress = f.ErrOut
	}
	ended, err := o.await(ctx, cluster, created, progress)
	if err != nil {
		// It continues all the same, and only this output has its name.
		if isStructured {
			if err := printer.PrintObj(created, f.Out); err != nil {
				return err
			}
		}
		printSee(f.ErrOut, created)
		return err
	}
	if isStructured {
		if err := printer.PrintObj(ended, f.Out); err != nil {
			return err
		}
	} else {
		printEnding(f.Out, ended)
	}
	return outcomeOf(ended)
}

func (o *runOptions) validate(cmd *cobra.Command) error {
	given, missing := []string{}, []string{}
	for _, name := range specFlags {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	for _, name := range requiredFlags {
		if !cmd.Flags().Changed(name) {
			missing = append(missing, "--"+name)
		}
	}
	switch {
	case o.filename != "" && o.from != "":
		return usagef("--filename and --from cannot be used together")
	case o.filename != "" && o.override != "":
		return usagef("--override-cooldown cannot be used with --filename, which describes the whole execution")
	case (o.filename != "" || o.from != "") && len(given) > 0:
		return usagef("%s cannot be used with --filename or --from, which describe the whole execution", strings.Join(given, ", "))
	case o.filename == "" && o.from == "" && len(missing) > 0:
		return usagef("--filename, --from or these flags are required: %s", strings.Join(missing, ", "))
	case o.timeout < 0:
		return usagef("--timeout must not be negative")
	case o.timeout > 0 && !o.wait && !o.logs:
		return usagef("--timeout has no effect without --wait or --logs")
	case o.dryRun != "none" && o.dryRun != "server":
		return usagef(`--dry-run must be "none" or "server", not %q`, o.dryRun)
	}
	if o.from != "" {
		if err := checkName(o.from); err != nil {
			return usagef("--from: %w", err)
		}
	}
	if o.dryRun == "server" {
		return o.print.Complete("%s (server dry run)")
	}
	return nil
}

// execution returns the execution to create.
func (o *runOptions) execution(ctx context.Context, f *factory, c *cluster) (*unstructured.Unstructured, error) {
	switch {
	case o.filename != "":
		return o.read(f, c.namespace)
	case o.from != "":
		other, err := c.get(ctx, o.from)
		if err != nil {
			return nil, err
		}
		other.Spec.CancelRequested, other.Spec.CancelMode = false, ""
		o.spec = other.Spec
	default:
		if err := o.addFlags(); err != nil {
			return nil, err
		}
	}
	// The reason is this caller's, never that of the execution whose spec is used.
	o.spec.OverrideCooldownReason = o.override
	execution := &v1alpha1.WorkflowExecution{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: v1alpha1.Kind},
		ObjectMeta: o.metadata(c.namespace),
		Spec:       o.spec,
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(execution)
	return &unstructured.Unstructured{Object: content}, err
}

func (o *runOptions) metadata(namespace string) metav1.ObjectMeta {
	if o.name != "" {
		return metav1.ObjectMeta{Namespace: namespace, Name: o.name}
	}
	return metav1.ObjectMeta{Namespace: namespace, GenerateName: "wfe-"}
}

func (o *runOptions) addFlags() error {
	for _, parameter := range o.parameters {
		name, value, ok := strings.Cut(parameter, "=")
		if !ok {
			return usagef("--param must be NAME=VALUE, not %q", parameter)
		}
		if _, ok := o.spec.Parameters[name]; ok {
			return usagef("--param %s is given twice", name)
		}
		if o.spec.Parameters == nil {
			o.spec.Parameters = map[string]string{}
		}
		o.spec.Parameters[name] = value
	}
	if o.config != (v1alpha1.ExecutionConfig{}) {
		o.spec.ExecutionConfig = &o.config
	}
	return nil
}

// read reads the one execution of a file, with its unknown fields, which the API server refuses by name.
func (o *runOptions) read(f *factory, namespace string) (*unstructured.Unstructured, error) {
	infos, err := resource.NewLocalBuilder().
		Unstructured().
		FilenameParam(false, &resource.FilenameOptions{Filenames: []string{o.filename}}).
		Flatten().
		Do().Infos()
	if err != nil {
		return nil, err
	}
	if len(infos) != 1 {
		return nil, usagef("%s must have one WorkflowExecution, not %d objects", o.filename, len(infos))
	}
	object, ok := infos[0].Object.(*unstructured.Unstructured)
	if !ok || object.GroupVersionKind() != v1alpha1.GroupVersion.WithKind(v1alpha1.Kind) {
		return nil, usagef("%s must have a %s of %s", o.filename, v1alpha1.Kind, v1alpha1.GroupVersion)
	}
	switch given := object.GetNamespace(); {
	case given == "":
		object.SetNamespace(namespace)
	case given != namespace && *f.config.Namespace != "":
		return nil, fmt.Errorf("the namespace from the provided object %q does not match the namespace %q. You must pass '--namespace=%s' to perform this operation", given, namespace, given)
	}
	if o.name != "" {
		object.SetName(o.name)
	} else if object.GetName() == "" && object.GetGenerateName() == "" {
		object.SetGenerateName("wfe-")
	}
	return object, nil
}

func (o *runOptions) create(ctx context.Context, c *cluster, object *unstructured.Unstructured) (*v1alpha1.WorkflowExecution, error) {
	options := metav1.CreateOptions{FieldManager: "kubectl-wfe", FieldValidation: metav1.FieldValidationStrict}
	if o.dryRun == "server" {
		options.DryRun = []string{metav1.DryRunAll}
	}
	executions := c.dynamic.Resource(v1alpha1.GroupVersion.WithResource(v1alpha1.Plural)).Namespace(object.GetNamespace())
	stored, err := executions.Create(ctx, object, options)
	if err != nil {
		return nil, err
	}
	created := &v1alpha1.WorkflowExecution{}
	return created, runtime.DefaultUnstructuredConverter.FromUnstructured(stored.Object, created)
}

// await waits for the end of an execution, and follows its log if that is wanted.
func (o *runOptions) await(
	ctx context.Context, c *cluster, execution *v1alpha1.WorkflowExecution, progress io.Writer,
) (*v1alpha1.WorkflowExecution, error) {
	c = c.in(execution.Namespace)
	ctx, cancel := waiting(ctx, o.timeout)
	defer cancel()
	holds := hasEnded
	if o.logs {
		holds = hasRun
	}
	ended, err := c.until(ctx, execution, printingWaits(progress, holds))
	if err != nil || !o.logs {
		return ended, causeOf(ctx, err)
	}
	ended, err = c.follow(ctx, execution, logPrinter(progress, false))
	if isNoLog(err) {
		// Its end says why nothing ran.
		return ended, nil
	}
	return ended, causeOf(ctx, err)
}

// printEnding prints the end of an execution, and what to do about one that has not succeeded.
func printEnding(out io.Writer, execution *v1alpha1.WorkflowExecution) {
	palette := terminal.PaletteFor(out)
	text := ending(execution)
	phase := string(execution.Status.Phase)
	_, _ = fmt.Fprintln(out, strings.Replace(text, " is "+phase, " is "+paintPhase(palette, execution.Status.Phase), 1))
	if execution.Status.Phase == v1alpha1.PhaseCompleted {
		return
	}
	_, _ = fmt.Fprintln(out, terminal.Escape(execution.Status.Message))
	printSee(out, execution)
}

func printSee(out io.Writer, execution *v1alpha1.WorkflowExecution) {
	_, _ = fmt.Fprintf(out, "See: kubectl wfe why %s -n %s\n", execution.Name, execution.Namespace)
}

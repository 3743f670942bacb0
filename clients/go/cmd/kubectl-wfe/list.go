package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

type listOptions struct {
	allNamespaces bool
	noHeaders     bool
	phase         string
	target        string
	workflow      string
	request       string
	labels        string
	print         *genericclioptions.PrintFlags
}

func newList(f *factory) *cobra.Command {
	options := &listOptions{print: genericclioptions.NewPrintFlags("").WithTypeSetter(scheme)}
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List executions",
		Example: `  # Executions that run, in all namespaces
  kubectl wfe list -A --phase Running

  # What was done to a Deployment
  kubectl wfe list -A --target payment/deploy/payment-api`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return options.run(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&options.allNamespaces, "all-namespaces", "A", false, "List executions in all namespaces")
	flags.BoolVar(&options.noHeaders, "no-headers", false, "Print no headers")
	flags.StringVar(&options.phase, "phase", "", "Only executions in this phase: "+strings.Join(phases(), ", "))
	flags.StringVar(&options.target, "target", "", "Only executions on this target, NAMESPACE/KIND/NAME or KIND/NAME")
	flags.StringVar(&options.workflow, "workflow", "", "Only executions of the workflow with this id")
	flags.StringVar(&options.request, "remediation-request", "", "Only executions for the RemediationRequest with this name")
	flags.StringVarP(&options.labels, "selector", "l", "", "Only executions with these labels, such as team=payment")
	options.print.AddFlags(cmd)
	cmd.Flag("output").Usage = "Output format: wide, " + strings.Join(options.print.AllowedFormats(), ", ")
	return cmd
}

func (o *listOptions) run(ctx context.Context, f *factory) error {
	if _, err := labels.Parse(o.labels); err != nil {
		return usagef("--selector: %w", err)
	}
	selector, err := o.fieldSelector(f)
	if err != nil {
		return err
	}
	cluster, err := f.connect()
	if err != nil {
		return err
	}
	namespace := cluster.namespace
	if o.allNamespaces {
		namespace = metav1.NamespaceAll
	}
	options := metav1.ListOptions{FieldSelector: selector, LabelSelector: o.labels}
	if format := *o.print.OutputFormat; format != "" && format != "wide" {
		return o.printObjects(ctx, f, cluster, namespace, options)
	}
	return o.printTable(ctx, f, cluster, namespace, options)
}

func (o *listOptions) fieldSelector(f *factory) (string, error) {
	selectors := []fields.Selector{}
	equal := func(field, value string) {
		if value != "" {
			selectors = append(selectors, fields.OneTermEqualSelector(field, value))
		}
	}
	switch {
	case o.phase == string(v1alpha1.PhasePending):
		// An execution has no phase until the controller has observed it.
		for _, phase := range phases() {
			if phase != o.phase {
				selectors = append(selectors, fields.OneTermNotEqualSelector(v1alpha1.FieldStatusPhase, phase))
			}
		}
	case o.phase != "" && !isPhase(o.phase):
		return "", usagef("--phase must be one of %s, not %q", strings.Join(phases(), ", "), o.phase)
	default:
		equal(v1alpha1.FieldStatusPhase, o.phase)
	}
	if o.target != "" {
		target, err := f.canonicalTarget(o.target)
		if err != nil {
			return "", err
		}
		equal(v1alpha1.FieldStatusTarget, target)
	}
	equal(v1alpha1.FieldSpecWorkflowRefWorkflowID, o.workflow)
	equal(v1alpha1.FieldSpecRemediationRequestRefName, o.request)
	return fields.AndSelectors(selectors...).String(), nil
}

// printTable prints the columns that the CRD defines, as the API server computes them.
func (o *listOptions) printTable(ctx context.Context, f *factory, c *cluster, namespace string, options metav1.ListOptions) error {
	result := c.rest.Get().
		NamespaceIfScoped(namespace, namespace != "").
		Resource(v1alpha1.Plural).
		VersionedParams(&options, parameters).
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").
		Do(ctx)
	// Unlike that of Raw, this error has the message of the API server.
	if err := result.Error(); err != nil {
		return err
	}
	raw, err := result.Raw()
	if err != nil {
		return err
	}
	table := &metav1.Table{}
	if err := json.Unmarshal(raw, table); err != nil {
		return err
	}
	if len(table.Rows) == 0 {
		if o.allNamespaces {
			_, err = fmt.Fprintln(f.ErrOut, "No resources found")
		} else {
			_, err = fmt.Fprintf(f.ErrOut, "No resources found in %s namespace.\n", namespace)
		}
		return err
	}
	for i := range table.Rows {
		if err := prepareRow(&table.Rows[i]); err != nil {
			return err
		}
	}
	printer := printers.NewTablePrinter(printers.PrintOptions{
		Wide:          *o.print.OutputFormat == "wide",
		WithNamespace: o.allNamespaces,
	})
	text := &strings.Builder{}
	if err := printer.PrintObj(table, text); err != nil {
		return err
	}
	header, rows, _ := strings.Cut(text.String(), "\n")
	if !o.noHeaders {
		_, _ = fmt.Fprintln(f.Out, header)
	}
	_, err = fmt.Fprint(f.Out, paintColumn(rows, strings.Index(header, "PHASE"), terminal.PaletteFor(f.Out)))
	return err
}

// prepareRow decodes the object of a row, for its namespace, and makes its cells safe to print.
func prepareRow(row *metav1.TableRow) error {
	object := &metav1.PartialObjectMetadata{}
	if err := json.Unmarshal(row.Object.Raw, object); err != nil {
		return err
	}
	row.Object.Object = object
	for i, cell := range row.Cells {
		if text, ok := cell.(string); ok {
			row.Cells[i] = terminal.Escape(text)
		}
	}
	return nil
}

// paintColumn colors the phases that begin at a column of each row, after the rows were aligned.
func paintColumn(rows string, column int, palette terminal.Palette) string {
	lines := strings.SplitAfter(rows, "\n")
	for i, line := range lines {
		if column < 0 || column >= len(line) {
			continue
		}
		if phase, rest, ok := strings.Cut(line[column:], " "); ok {
			lines[i] = line[:column] + paintPhase(palette, v1alpha1.Phase(phase)) + " " + rest
		}
	}
	return strings.Join(lines, "")
}

func (o *listOptions) printObjects(ctx context.Context, f *factory, c *cluster, namespace string, options metav1.ListOptions) error {
	printer, err := o.print.ToPrinter()
	if err != nil {
		return &usageError{err}
	}
	list := &v1alpha1.WorkflowExecutionList{}
	err = c.rest.Get().
		NamespaceIfScoped(namespace, namespace != "").
		Resource(v1alpha1.Plural).
		VersionedParams(&options, parameters).
		Do(ctx).Into(list)
	if err != nil {
		return err
	}
	return printList(printer, *o.print.OutputFormat, list, f.Out)
}

// printList prints a list as a whole, but its names one by one, as the printer of names wants it.
func printList(printer printers.ResourcePrinter, format string, list runtime.Object, out io.Writer) error {
	if format != "name" {
		return printer.PrintObj(list, out)
	}
	return meta.EachListItem(list, func(item runtime.Object) error { return printer.PrintObj(item, out) })
}

func phases() []string {
	return []string{
		string(v1alpha1.PhasePending), string(v1alpha1.PhaseRunning), string(v1alpha1.PhaseCompleted),
		string(v1alpha1.PhaseFailed), string(v1alpha1.PhaseSkipped),
	}
}

func isPhase(text string) bool {
	for _, phase := range phases() {
		if phase == text {
			return true
		}
	}
	return false
}

func paintPhase(palette terminal.Palette, phase v1alpha1.Phase) string {
	switch phase {
	case v1alpha1.PhaseCompleted:
		return palette.Green(string(phase))
	case v1alpha1.PhaseFailed:
		return palette.Red(string(phase))
	case v1alpha1.PhaseSkipped:
		return palette.Yellow(string(phase))
	default:
		return string(phase)
	}
}

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/lock"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

type locksOptions struct {
	noHeaders bool
	print     *genericclioptions.PrintFlags
}

func newLocks(f *factory) *cobra.Command {
	options := &locksOptions{print: genericclioptions.NewPrintFlags("").WithTypeSetter(scheme)}
	cmd := &cobra.Command{
		Use:   "locks [TARGET]",
		Short: "Show which targets are taken or cool down",
		Long: `Show which targets are taken, and on which a workflow does not run again for a while, from the Leases of the service.
It needs the right to read Leases, and for WFE_COOLDOWN the ConfigMap of settings, in the namespace of the service.`,
		Example: `  kubectl wfe locks payment/deploy/payment-api`,
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return options.run(cmd.Context(), f, args)
		},
	}
	cmd.Flags().BoolVar(&options.noHeaders, "no-headers", false, "Print no headers")
	options.print.AddFlags(cmd)
	return cmd
}

func (o *locksOptions) run(ctx context.Context, f *factory, args []string) error {
	cluster, err := f.connect()
	if err != nil {
		return err
	}
	var leases *coordinationv1.LeaseList
	if len(args) == 0 {
		leases, err = cluster.leases.List(ctx, metav1.ListOptions{LabelSelector: lock.Selector})
	} else {
		leases, err = cluster.leaseOf(ctx, f, args[0])
	}
	if err == nil && len(leases.Items) == 0 {
		err = cluster.assertService(ctx)
	}
	if err != nil {
		return err
	}
	if *o.print.OutputFormat != "" {
		printer, err := o.print.ToPrinter()
		if err != nil {
			return &usageError{err}
		}
		return printList(printer, *o.print.OutputFormat, leases, f.Out)
	}
	cooldown := cluster.cooldown(ctx)
	rows := []metav1.TableRow{}
	for i := range leases.Items {
		held, err := cluster.lock(ctx, &leases.Items[i])
		if err != nil {
			return err
		}
		rows = append(rows, lockRows(held, cooldown, f.now())...)
	}
	if len(rows) == 0 {
		text := "No target is taken or cools down."
		if len(args) > 0 {
			text = fmt.Sprintf("The target %s is neither taken nor cools down.", args[0])
		}
		_, err := fmt.Fprintln(f.ErrOut, text)
		return err
	}
	slices.SortStableFunc(rows, func(a, b metav1.TableRow) int {
		return strings.Compare(fmt.Sprint(a.Cells[0]), fmt.Sprint(b.Cells[0]))
	})
	if cooldown.isAssumed {
		_, _ = fmt.Fprintf(f.ErrOut, "Warning: %s\n", cooldown.warning())
	}
	printer := printers.NewTablePrinter(printers.PrintOptions{NoHeaders: o.noHeaders})
	return printer.PrintObj(&metav1.Table{ColumnDefinitions: lockColumns, Rows: rows}, f.Out)
}

var lockColumns = []metav1.TableColumnDefinition{
	{Name: "Target"}, {Name: "State"}, {Name: "Execution"}, {Name: "Workflow"}, {Name: "Since"}, {Name: "Ends in"},
}

// lockRows has a row for the holder of a target and one for each cooldown that lasts.
func lockRows(held *lock.Lock, cooldown cooldownSettings, now time.Time) []metav1.TableRow {
	rows := []metav1.TableRow{}
	add := func(cells ...any) {
		for i, cell := range cells {
			cells[i] = terminal.Escape(fmt.Sprint(cell))
		}
		rows = append(rows, metav1.TableRow{Cells: cells})
	}
	if held.Holder != nil {
		since := ""
		if !held.Since.IsZero() {
			since = duration.HumanDuration(now.Sub(held.Since))
		}
		add(held.Target, "Held", holderName(*held.Holder, held.Note), held.HolderWorkflowID, since, "")
	}
	for _, ended := range held.Cooldowns {
		left := cooldown.end(ended).Sub(now)
		if left > 0 {
			since := duration.HumanDuration(now.Sub(ended.CompletionTime))
			add(held.Target, "Cooldown", executionName(ended.Execution), ended.WorkflowID, since, duration.HumanDuration(left))
		}
	}
	return rows
}

func holderName(holder lock.Execution, note string) string {
	if note == "" {
		return executionName(holder)
	}
	return fmt.Sprintf("%s (%s)", executionName(holder), note)
}

func executionName(execution lock.Execution) string {
	return execution.Namespace + "/" + execution.Name
}

// lock reads a Lease and what has become of its holder.
func (c *cluster) lock(ctx context.Context, lease *coordinationv1.Lease) (*lock.Lock, error) {
	held, err := lock.Parse(lease)
	if err != nil {
		return nil, err
	}
	return held, held.Resolve(func(namespace, name string) (*v1alpha1.WorkflowExecution, error) {
		return c.in(namespace).get(ctx, name)
	})
}

// leaseOf returns the Lease of a target, or none if it has none: the target is free.
func (c *cluster) leaseOf(ctx context.Context, f *factory, target string) (*coordinationv1.LeaseList, error) {
	canonical, err := f.canonicalTarget(target)
	if err != nil {
		return nil, err
	}
	leases := &coordinationv1.LeaseList{}
	lease, err := c.leases.Get(ctx, lock.Name(canonical), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return leases, nil
	}
	if err != nil {
		return nil, err
	}
	leases.Items = append(leases.Items, *lease)
	return leases, nil
}

// assertService fails if the service is not in the namespace of the locks: without a Lease, a target is free only there.
func (c *cluster) assertService(ctx context.Context) error {
	if _, err := c.settings.Get(ctx, settingsName, metav1.GetOptions{}); err == nil {
		return nil
	}
	_, err := c.leases.Get(ctx, leaderName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("the service is not in namespace %s, which has no Lease %s and no readable ConfigMap %s; "+
			"set --service-namespace or WFE_NAMESPACE", c.serviceNamespace, leaderName, settingsName)
	}
	return err
}

const (
	leaderName      = "workflow-execution-leader"
	settingsName    = "workflow-execution-settings"
	cooldownSetting = "WFE_COOLDOWN"
	defaultCooldown = 5 * time.Minute
)

// cooldownSettings is how long a workflow does not run again on a target.
type cooldownSettings struct {
	duration time.Duration
	// isAssumed is whether the settings of the service could not be read.
	isAssumed bool
}

// cooldown reads the setting of the service.
func (c *cluster) cooldown(ctx context.Context) cooldownSettings {
	settings, err := c.settings.Get(ctx, settingsName, metav1.GetOptions{})
	if err != nil {
		return cooldownSettings{defaultCooldown, true}
	}
	text, ok := settings.Data[cooldownSetting]
	if !ok {
		return cooldownSettings{defaultCooldown, false}
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return cooldownSettings{defaultCooldown, true}
	}
	return cooldownSettings{parsed, false}
}

// end is when a workflow may run on the target again.
func (s cooldownSettings) end(ended lock.Cooldown) time.Time {
	return ended.Until(s.duration)
}

func (cooldownSettings) warning() string {
	return fmt.Sprintf("%s is not readable in ConfigMap %s; assuming its default, %s", cooldownSetting, settingsName,
		duration.HumanDuration(defaultCooldown))
}

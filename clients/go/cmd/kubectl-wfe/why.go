package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/lock"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

// createdByAnnotation has the user who created an execution (src/workflow-execution/metadata.ts).
const createdByAnnotation = "workflowexecution.kubernaut.ai/created-by"

// logTail is the number of lines of the failed step that are shown.
const logTail = 10

type whyOptions struct {
	output string
}

func newWhy(f *factory) *cobra.Command {
	options := &whyOptions{}
	cmd := &cobra.Command{
		Use:   "why NAME",
		Short: "Explain the state of an execution",
		Long: `Explain the state of an execution: phase and reason, the failed task with the last lines of its log, who has the
target, how long the workflow cools down on it, whether that was overridden, and the command to type next.`,
		Args:              usageArgs(oneName),
		ValidArgsFunction: completeOneName(f),
		RunE: func(cmd *cobra.Command, args []string) error {
			return options.run(cmd.Context(), f, args[0])
		},
	}
	cmd.Flags().StringVarP(&options.output, "output", "o", "", "Output format: json or yaml")
	return cmd
}

func (o *whyOptions) run(ctx context.Context, f *factory, name string) error {
	if o.output != "" && o.output != "json" && o.output != "yaml" {
		return usagef("--output must be json or yaml, not %q", o.output)
	}
	cluster, err := f.connect()
	if err != nil {
		return err
	}
	execution, err := cluster.get(ctx, name)
	if err != nil {
		return err
	}
	report := reportOf(execution, cluster.hasPods(ctx, execution))
	if task := report.FailedTask; task != nil && task.StepName != "" {
		report.Log = cluster.tail(ctx, execution, task)
	}
	report.addLock(execution, cluster.lockOf(ctx, execution), f.now())
	switch o.output {
	case "json":
		encoder := json.NewEncoder(f.Out)
		encoder.SetIndent("", "    ")
		return encoder.Encode(report)
	case "yaml":
		data, err := yaml.Marshal(report)
		if err != nil {
			return err
		}
		_, err = f.Out.Write(data)
		return err
	default:
		return report.write(f.Out, f.now())
	}
}

// hasPods returns whether a pod of the run is left; true if that is not known, because its log is worth a try then.
func (c *cluster) hasPods(ctx context.Context, execution *v1alpha1.WorkflowExecution) bool {
	source := c.logsOf(execution)
	if source == nil {
		return false
	}
	hasPods, err := source.HasPods(ctx)
	return hasPods || err != nil
}

// tail reads the last lines of a failed step. Without them, the report is still right.
func (c *cluster) tail(ctx context.Context, execution *v1alpha1.WorkflowExecution, task *v1alpha1.FailedTask) []string {
	source := c.logsOf(execution)
	if source == nil {
		return nil
	}
	lines, err := source.Tail(ctx, task.Name, task.StepName, logTail)
	if err != nil {
		return []string{"not readable: " + terminal.Escape(err.Error())}
	}
	texts := []string{}
	for _, line := range lines {
		texts = append(texts, terminal.Escape(line.Text))
	}
	return texts
}

// lockOf reads the lock of an execution's target; nil if the target was not resolved.
func (c *cluster) lockOf(ctx context.Context, execution *v1alpha1.WorkflowExecution) *lockState {
	target := execution.Status.Target
	if target == "" {
		return nil
	}
	state := &lockState{lock: &lock.Lock{Target: target}}
	lease, err := c.leases.Get(ctx, lock.Name(target), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		if err := c.assertService(ctx); err != nil {
			return &lockState{err: err}
		}
		return state
	}
	if err == nil {
		state.lock, err = c.lock(ctx, lease)
	}
	if err != nil {
		return &lockState{err: err}
	}
	if len(state.lock.Cooldowns) > 0 {
		state.cooldown = c.cooldown(ctx)
	}
	return state
}

// lockState is what is known of a target.
type lockState struct {
	lock     *lock.Lock
	cooldown cooldownSettings
	err      error
}

// report is what is known of an execution.
type report struct {
	Name      string         `json:"name"`
	Namespace string         `json:"namespace"`
	Phase     v1alpha1.Phase `json:"phase"`
	Reason    string         `json:"reason,omitempty"`
	Message   string         `json:"message,omitempty"`
	Workflow  string         `json:"workflow"`
	Target    string         `json:"target"`
	StartTime *metav1.Time   `json:"startTime,omitempty"`
	EndTime   *metav1.Time   `json:"endTime,omitempty"`
	Duration  string         `json:"duration,omitempty"`
	// StepsRan is whether the target may have been changed; absent before the end.
	StepsRan             *bool                          `json:"stepsRan,omitempty"`
	FailedTask           *v1alpha1.FailedTask           `json:"failedTask,omitempty"`
	Log                  []string                       `json:"log,omitempty"`
	ConflictingExecution *v1alpha1.ConflictingExecution `json:"conflictingExecution,omitempty"`
	CooldownOverride     *cooldownOverride              `json:"cooldownOverride,omitempty"`
	Lock                 *lockReport                    `json:"lock,omitempty"`
	// Next has the commands to type next, a line each.
	Next string `json:"next"`
}

// cooldownOverride is why the cooldown does not apply to an execution, and who said so if that is recorded.
type cooldownOverride struct {
	Reason      string `json:"reason"`
	RequestedBy string `json:"requestedBy,omitempty"`
}

// lockReport is what is known of the target of an execution.
type lockReport struct {
	Holder *lock.Execution `json:"holder,omitempty"`
	// HolderNote says what is unusual about the holder.
	HolderNote string           `json:"holderNote,omitempty"`
	Since      *time.Time       `json:"since,omitempty"`
	Cooldowns  []cooldownReport `json:"cooldowns,omitempty"`
	// Note says what could not be read.
	Note         string `json:"note,omitempty"`
	isUnreadable bool
}

// cooldownReport is a workflow that does not run again on the target before a time.
type cooldownReport struct {
	Workflow  string         `json:"workflow"`
	Execution lock.Execution `json:"execution"`
	Until     time.Time      `json:"until"`
}

func reportOf(execution *v1alpha1.WorkflowExecution, hasPods bool) *report {
	spec, status := &execution.Spec, &execution.Status
	r := &report{
		Name:      execution.Name,
		Namespace: execution.Namespace,
		Phase:     status.Phase,
		Message:   status.Message,
		Workflow:  strings.TrimSpace(spec.WorkflowRef.WorkflowID + " " + spec.WorkflowRef.Version),
		Target:    spec.TargetResource,
		StartTime: status.StartTime,
		EndTime:   status.CompletionTime,
		Duration:  status.Duration,
		Next:      nextCommand(execution, hasPods),
	}
	if reason := spec.OverrideCooldownReason; reason != "" {
		r.CooldownOverride = &cooldownOverride{reason, execution.Annotations[createdByAnnotation]}
	}
	if r.Phase == "" {
		r.Phase = v1alpha1.PhasePending
		r.Message = "The controller has not observed the execution yet."
	}
	if status.Target != "" {
		r.Target = status.Target
	}
	if ready := status.Condition(v1alpha1.ConditionReady); ready != nil {
		r.Reason = ready.Reason
	}
	stepsRan := status.StepsRan()
	if failure := status.Failure; failure != nil {
		r.Reason, r.Message, r.FailedTask = string(failure.Reason), failure.Message, failure.FailedTask
	}
	if skip := status.Skip; skip != nil {
		r.Reason, r.Message, r.ConflictingExecution = string(skip.Reason), skip.Message, skip.ConflictingExecution
		r.EndTime = &skip.SkippedAt
	}
	if status.Phase.IsFinal() {
		r.StepsRan = &stepsRan
	}
	return r
}

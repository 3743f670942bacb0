package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubernaut/workflowexecution/clients/go/api/v1alpha1"
	"github.com/kubernaut/workflowexecution/clients/go/internal/lock"
	"github.com/kubernaut/workflowexecution/clients/go/internal/terminal"
)

// addLock adds what is known of the target. Who may not read the locks sees at least the cooldown that an execution was
// skipped for, which is in its status.
func (r *report) addLock(execution *v1alpha1.WorkflowExecution, state *lockState, now time.Time) {
	if state == nil {
		return
	}
	r.Lock = &lockReport{}
	defer r.amendNext(execution)
	if state.err != nil {
		r.Lock.isUnreadable = true
		r.Lock.Note = "the lock of the target is not readable: " + terminal.Escape(state.err.Error())
		r.addSkip(execution, now)
		return
	}
	if state.lock.Holder != nil {
		r.Lock.Holder, r.Lock.HolderNote = state.lock.Holder, state.lock.Note
		if !state.lock.Since.IsZero() {
			r.Lock.Since = &state.lock.Since
		}
	}
	for _, ended := range state.lock.Cooldowns {
		r.Lock.add(cooldownReport{ended.WorkflowID, ended.Execution, state.cooldown.end(ended)}, now)
	}
	if state.cooldown.isAssumed && len(r.Lock.Cooldowns) > 0 {
		r.Lock.Note = state.cooldown.warning()
	}
}

func (r *report) addSkip(execution *v1alpha1.WorkflowExecution, now time.Time) {
	skip := execution.Status.Skip
	if skip == nil || skip.RemainingCooldownSeconds == nil {
		return
	}
	cooldown := cooldownReport{
		Workflow: execution.Spec.WorkflowRef.WorkflowID,
		Until:    skip.SkippedAt.Add(time.Duration(*skip.RemainingCooldownSeconds) * time.Second),
	}
	if other := skip.ConflictingExecution; other != nil {
		cooldown.Execution = lock.Execution{Namespace: other.Namespace, Name: other.Name, UID: string(other.UID)}
	}
	r.Lock.add(cooldown, now)
}

// add adds a cooldown that lasts. Of several for a workflow, the last to end counts.
func (l *lockReport) add(cooldown cooldownReport, now time.Time) {
	if !cooldown.Until.After(now) {
		return
	}
	for i, other := range l.Cooldowns {
		if other.Workflow == cooldown.Workflow {
			if cooldown.Until.After(other.Until) {
				l.Cooldowns[i] = cooldown
			}
			return
		}
	}
	l.Cooldowns = append(l.Cooldowns, cooldown)
}

// write prints the report for people.
func (r *report) write(out io.Writer, now time.Time) error {
	palette := terminal.PaletteFor(out)
	text := &bytes.Buffer{}
	table := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	row := func(label, format string, arguments ...any) {
		_, _ = fmt.Fprintf(table, "%s:\t%s\n", label, fmt.Sprintf(format, arguments...))
	}
	row("Name", "%s", r.Name)
	row("Namespace", "%s", r.Namespace)
	row("Phase", "%s", paintPhase(palette, r.Phase))
	if r.Reason != "" && r.Reason != string(r.Phase) {
		row("Reason", "%s", terminal.Escape(r.Reason))
	}
	if r.Message != "" {
		row("Message", "%s", terminal.Escape(r.Message))
	}
	row("Workflow", "%s", terminal.Escape(r.Workflow))
	row("Target", "%s", terminal.Escape(r.Target))
	r.writeTimes(row, now)
	if task := r.FailedTask; task != nil {
		row("Failed task", "%s", terminal.Escape(describeTask(task)))
	}
	if r.StepsRan != nil {
		row("Steps ran", "%s", stepsRan[*r.StepsRan])
	}
	if r.CooldownOverride != nil {
		row("Override", "%s", terminal.Escape(r.CooldownOverride.describe()))
	}
	if r.Lock != nil {
		r.Lock.write(row, r, now)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(r.Log) > 0 {
		_, _ = fmt.Fprintf(text, "Log, last lines of step %s:\n", terminal.Escape(r.FailedTask.StepName))
		for _, line := range r.Log {
			_, _ = fmt.Fprintf(text, "  %s\n", line)
		}
	}
	_, _ = fmt.Fprintf(text, "Next:\n  %s\n", strings.ReplaceAll(r.Next, "\n", "\n  "))
	_, err := out.Write(text.Bytes())
	return err
}

var stepsRan = map[bool]string{
	true:  "yes, so the target may have been changed",
	false: "no, so nothing was changed",
}

func (r *report) writeTimes(row func(label, format string, arguments ...any), now time.Time) {
	switch {
	case r.EndTime != nil && r.Duration != "":
		row("Ended", "%s ago, after %s", ago(r.EndTime.Time, now), r.Duration)
	case r.EndTime != nil:
		row("Ended", "%s ago", ago(r.EndTime.Time, now))
	case r.StartTime != nil:
		row("Started", "%s ago", ago(r.StartTime.Time, now))
	}
}

func (l *lockReport) write(row func(label, format string, arguments ...any), r *report, now time.Time) {
	switch {
	case l.Holder != nil && l.Holder.Namespace == r.Namespace && l.Holder.Name == r.Name:
		row("Target held by", "this execution%s", heldFor(l.Since, now))
	case l.Holder != nil:
		row("Target held by", "%s%s", terminal.Escape(holderName(*l.Holder, l.HolderNote)), heldFor(l.Since, now))
	case !l.isUnreadable:
		row("Target held by", "no execution")
	}
	for _, cooldown := range l.Cooldowns {
		row("Cooldown", "until %s, for %s more: workflow %s does not run again on the target",
			cooldown.Until.UTC().Format(time.RFC3339), duration.HumanDuration(cooldown.Until.Sub(now)), terminal.Escape(cooldown.Workflow))
	}
	if l.Note != "" {
		row("Note", "%s", l.Note)
	}
}

func (o *cooldownOverride) describe() string {
	by := ""
	if o.RequestedBy != "" {
		by = " by " + o.RequestedBy
	}
	return fmt.Sprintf("the cooldown does not apply to this execution, as requested%s: %s", by, o.Reason)
}

func heldFor(since *time.Time, now time.Time) string {
	if since == nil {
		return ""
	}
	return ", for " + ago(*since, now)
}

func ago(then, now time.Time) string {
	return duration.HumanDuration(now.Sub(then))
}

func describeTask(task *v1alpha1.FailedTask) string {
	text := task.Name
	if task.StepName != "" {
		text += ", step " + task.StepName
	}
	if task.ExitCode != nil {
		text += fmt.Sprintf(", exit code %d", *task.ExitCode)
	}
	return text
}

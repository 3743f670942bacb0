package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// version is set by the linker.
var version = "dev"

func newRoot(f *factory) *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl-wfe",
		Short: "Run remediation workflows and find out what came of them",
		Long: `Run remediation workflows and find out what came of them.

Exit codes:
  0  success; with --wait or --logs: the execution is Completed
  1  the command failed; the outcome of an execution is not known
  2  wrong usage
  3  the execution is Failed
  4  the execution is Skipped
  5  the execution has not ended within --timeout`,
		Version:           version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Annotations:       map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl wfe"},
		Args:              usageArgs(cobra.NoArgs),
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(f.In)
	root.SetOut(f.Out)
	root.SetErr(f.ErrOut)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), globalFlags, allFlags, 1))
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	f.config.AddFlags(root.PersistentFlags())
	root.PersistentFlags().StringVar(&f.serviceNamespace, "service-namespace", f.serviceNamespace,
		"Namespace of the service, which has the target locks; WFE_NAMESPACE sets the default")
	root.AddCommand(
		newRun(f),
		newList(f),
		newWhy(f),
		newLogs(f),
		newCancel(f),
		newLocks(f),
	)
	registerCompletions(root, f)
	return root
}

// The flags of kubectl would fill a screen in the help of every command.
const (
	globalFlags = "Global Flags:\n{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}"
	allFlags    = `Use "{{.Root.DisplayName}} --help" for the flags of all commands.`
)

// usageArgs makes the errors of an argument check usage errors.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{err}
		}
		return nil
	}
}

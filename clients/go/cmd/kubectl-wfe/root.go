package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
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
  5  the execution has not ended within --timeout; it continues
  130  interrupted; the execution continues`,
		Version:           version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Annotations:       map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl wfe"},
		Args:              usageArgs(cobra.NoArgs),
		PersistentPreRunE: func(*cobra.Command, []string) error { return f.validate() },
		RunE:              showHelp,
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
	refuseUnknownTopics(root)
	return root
}

func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// refuseUnknownTopics makes the commands that cobra adds fail if their argument is unknown.
func refuseUnknownTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = usageArgs(func(_ *cobra.Command, args []string) error {
				if _, unknown, err := root.Find(args); err != nil || len(unknown) > 0 {
					return fmt.Errorf("unknown help topic %q", strings.Join(args, " "))
				}
				return nil
			})
		case "completion":
			cmd.Args, cmd.RunE = usageArgs(cobra.NoArgs), showHelp
		}
	}
}

// The flags of kubectl would fill a screen in the help of every command.
const (
	globalFlags = "Global Flags:\n{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}"
	allFlags    = `Use "{{.Root.DisplayName}} --help" for the flags of all commands.`
)

// oneName requires the name of an execution.
func oneName(cmd *cobra.Command, args []string) error {
	return cobra.MatchAll(cobra.ExactArgs(1), areNames)(cmd, args)
}

// areNames requires arguments that can be names of executions; the API server checks the rest.
func areNames(_ *cobra.Command, args []string) error {
	for _, name := range args {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

func checkName(name string) error {
	if name == "" {
		return errors.New("the name of the execution must not be empty")
	}
	if problems := rest.IsValidPathSegmentName(name); len(problems) > 0 {
		return fmt.Errorf("the name of the execution %s: %q", strings.Join(problems, " and "), name)
	}
	return nil
}

// usageArgs makes the errors of an argument check usage errors.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{err}
		}
		return nil
	}
}

package main

import (
	"strings"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

// completeOneName completes the name of an execution in the namespace of the command.
func completeOneName(f *factory) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return executionNames(f, cmd, typed)
	}
}

func executionNames(f *factory, cmd *cobra.Command, typed string) ([]string, cobra.ShellCompDirective) {
	cluster, err := f.connect()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	list, err := cluster.executions.List(cmd.Context(), metav1.ListOptions{})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	names := []string{}
	for _, execution := range list.Items {
		if strings.HasPrefix(execution.Name, typed) {
			names = append(names, cobra.CompletionWithDesc(execution.Name, string(execution.Status.Phase)))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// registerCompletions adds the completions of flags.
func registerCompletions(root *cobra.Command, f *factory) {
	formats := append(genericclioptions.NewPrintFlags("").AllowedFormats(), "wide")
	completions := map[string]cobra.CompletionFunc{
		"phase":  cobra.FixedCompletions(phases(), cobra.ShellCompDirectiveNoFileComp),
		"output": cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp),
		"from": func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return executionNames(f, cmd, typed)
		},
		"dry-run": cobra.FixedCompletions([]string{"none", "server"}, cobra.ShellCompDirectiveNoFileComp),
	}
	for _, cmd := range root.Commands() {
		for flag, complete := range completions {
			if cmd.Flags().Lookup(flag) != nil {
				if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
					panic(err)
				}
			}
		}
	}
}

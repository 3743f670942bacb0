// Command gitops-status SCRIPT OBJECTS prints what GitOps tools read from the status of objects: kstatus (Flux, kpt), and
// Argo CD with a health script in Lua. OBJECTS is a file with a JSON array; the output is an array with a result for each.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

type result struct {
	Kstatus health `json:"kstatus"`
	ArgoCD  health `json:"argocd"`
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(script, file string) error {
	source, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var objects []json.RawMessage
	if err := json.Unmarshal(data, &objects); err != nil {
		return err
	}
	results := make([]result, 0, len(objects))
	for _, raw := range objects {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(raw); err != nil {
			return err
		}
		ks, err := status.Compute(object)
		if err != nil {
			return err
		}
		argo, err := runScript(string(source), object.Object)
		if err != nil {
			return err
		}
		results = append(results, result{health{ks.Status.String(), ks.Message}, argo})
	}
	return json.NewEncoder(os.Stdout).Encode(results)
}

// runScript runs a health script as Argo CD does: Lua 5.1 with only these libraries, the object as the global obj.
// https://github.com/argoproj/argo-cd/blob/v3.1.0/util/lua/lua.go
func runScript(source string, object map[string]any) (health, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage},
		{lua.BaseLibName, lua.OpenBase},
		{lua.TabLibName, lua.OpenTable},
	} {
		call := lua.P{Fn: state.NewFunction(library.open), NRet: 0, Protect: true}
		if err := state.CallByParam(call, lua.LString(library.name)); err != nil {
			return health{}, err
		}
	}
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(source); err != nil {
		return health{}, err
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return health{}, fmt.Errorf("the script returned %s instead of a table", state.Get(-1).Type())
	}
	return health{textOf(table, "status"), textOf(table, "message")}, nil
}

func textOf(table *lua.LTable, key string) string {
	if text, ok := table.RawGetString(key).(lua.LString); ok {
		return string(text)
	}
	return ""
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case string:
		return lua.LString(value)
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case []any:
		table := state.NewTable()
		for _, item := range value {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, item := range value {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	default:
		return lua.LNil
	}
}

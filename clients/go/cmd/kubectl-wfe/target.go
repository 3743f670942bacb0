package main

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// canonicalTarget returns the form of a target that the service uses for locks: NAMESPACE/KIND/NAME or KIND/NAME, the
// kind in lower case, singular and without its group. The kind may have any name that kubectl accepts.
func (f *factory) canonicalTarget(written string) (string, error) {
	parts := strings.Split(written, "/")
	if len(parts) < 2 || len(parts) > 3 || strings.Contains("/"+written+"/", "//") {
		return "", usagef("the target must be NAMESPACE/KIND/NAME, or KIND/NAME if it is cluster-scoped, not %q", written)
	}
	mapper, err := f.config.ToRESTMapper()
	if err != nil {
		return "", err
	}
	kind, name := strings.ToLower(parts[len(parts)-2]), parts[len(parts)-1]
	resource := schema.ParseGroupResource(kind)
	found, err := mapper.KindFor(resource.WithVersion(""))
	if meta.IsNoMatchError(err) {
		return "", &usageError{err}
	}
	if err != nil {
		return "", err
	}
	mapping, err := mapper.RESTMapping(found.GroupKind(), found.Version)
	if err != nil {
		return "", err
	}
	canonical := strings.ToLower(found.Kind) + "/" + name
	isNamespaced := mapping.Scope.Name() == meta.RESTScopeNameNamespace
	switch {
	case isNamespaced && len(parts) == 2:
		return "", usagef("%s is namespaced: write NAMESPACE/%s", strings.ToLower(found.Kind), canonical)
	case !isNamespaced && len(parts) == 3:
		return "", usagef("%s is cluster-scoped: write %s", strings.ToLower(found.Kind), canonical)
	case isNamespaced:
		return fmt.Sprintf("%s/%s", parts[0], canonical), nil
	default:
		return canonical, nil
	}
}

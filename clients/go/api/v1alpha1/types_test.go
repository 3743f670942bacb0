package v1alpha1

import (
	"encoding/json"
	"reflect"
	"testing"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/randfill"
)

// filled returns a list with every field set.
func filled() *WorkflowExecutionList {
	list := &WorkflowExecutionList{}
	randfill.NewWithSeed(1).NilChance(0).NumElements(2, 2).Funcs(
		func(at *metav1.Time, c randfill.Continue) { *at = metav1.Unix(int64(c.Uint32()), 0) },
		func(fields *metav1.FieldsV1, _ randfill.Continue) { fields.Raw = []byte(`{"f:a":{}}`) },
	).Fill(list)
	return list
}

func TestDeepCopySharesNothing(t *testing.T) {
	list := filled()
	clone, ok := list.DeepCopyObject().(*WorkflowExecutionList)
	if !ok || !equality.Semantic.DeepEqual(list, clone) {
		t.Fatal("the copy differs")
	}
	shared(t, "list", reflect.ValueOf(list.Items), reflect.ValueOf(clone.Items))
}

// shared reports every map, slice and pointer that two equal values have in common.
func shared(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	if a.Type() == reflect.TypeFor[metav1.Time]() {
		// A location of package time, which is immutable.
		return
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if a.Pointer() == b.Pointer() && !a.IsNil() {
			t.Errorf("%s is shared", path)
		}
	}
	switch a.Kind() {
	case reflect.Pointer:
		shared(t, path, a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			shared(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Slice:
		for i := range a.Len() {
			shared(t, path+"[]", a.Index(i), b.Index(i))
		}
	}
}

func TestDeepCopyOfNilIsNil(t *testing.T) {
	var none *WorkflowExecution
	if none.DeepCopy() != nil || none.DeepCopyObject() != nil {
		t.Error("got a copy")
	}
}

func TestJSONKeepsEveryField(t *testing.T) {
	list := filled()
	data, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	read := &WorkflowExecutionList{}
	if err := json.Unmarshal(data, read); err != nil || !equality.Semantic.DeepEqual(list, read) {
		t.Fatalf("differs after JSON: %v", err)
	}
}

func TestJSONOmitsWhatIsAbsent(t *testing.T) {
	data, err := json.Marshal(&WorkflowExecution{})
	want := `{"metadata":{},"spec":{"remediationRequestRef":{"name":""},"workflowRef":{"workflowId":"","version":"","containerImage":""},"targetResource":""}}`
	if err != nil || string(data) != want {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestAddToScheme(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{Kind, Kind + "List"} {
		if !scheme.Recognizes(GroupVersion.WithKind(kind)) {
			t.Errorf("%s is not registered", kind)
		}
	}
}

package runlog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const log = `2026-01-02T03:04:05.000000001Z a
2026-01-02T03:04:05.000000002Z b
2026-01-02T03:04:05.000000002Z c
2026-01-02T03:04:06.000000000Z ` + "\n"

func read(t *testing.T, stream string, from *position) []string {
	t.Helper()
	texts := []string{}
	emit := func(part part) error {
		texts = append(texts, fmt.Sprintf("%.20s/%d/%t", part.text, len(part.text), part.partial))
		return nil
	}
	if _, err := readParts(strings.NewReader(stream), from, emit); err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestReadPartsResumes(t *testing.T) {
	for cut := range len(log) {
		from := &position{}
		before := read(t, log[:cut], from)
		after := read(t, log, from)
		if got, want := append(before, after...), []string{"a/1/false", "b/1/false", "c/1/false", "/0/false"}; !slices.Equal(got, want) {
			t.Fatalf("cut at %d: %q", cut, got)
		}
	}
}

func TestReadPartsSplitsLongLines(t *testing.T) {
	const stamp = "2026-01-02T03:04:05.000000001Z "
	got := read(t, stamp+strings.Repeat("x", maxPart)+"\n", &position{})
	first := fmt.Sprintf("xxxxxxxxxxxxxxxxxxxx/%d/true", maxPart-len(stamp))
	rest := fmt.Sprintf("xxxxxxxxxxxxxxxxxxxx/%d/false", len(stamp))
	if !slices.Equal(got, []string{first, rest}) {
		t.Fatalf("got %q", got)
	}
}

func TestReadPartsKeepsCharactersWhole(t *testing.T) {
	from, text := &position{}, ""
	emit := func(part part) error {
		if !utf8.ValidString(part.text) {
			t.Errorf("a part of %d bytes is not UTF-8", len(part.text))
		}
		text += part.text
		return nil
	}
	const stamp = "2026-01-02T03:04:05.000000001Z "
	for _, padding := range []string{"", "x", "xx"} {
		text, *from = "", position{}
		want := padding + strings.Repeat("漢", maxPart)
		if _, err := readParts(strings.NewReader(stamp+want+"\n"), from, emit); err != nil || text != want {
			t.Errorf("padding %q: %d of %d bytes, %v", padding, len(text), len(want), err)
		}
	}
}

func TestReadPartsReturnsAnUnfinishedLine(t *testing.T) {
	from := &position{}
	for _, test := range []struct{ stream, text string }{{"2026-01-02T03:04:05Z a\n2026-01-02T03:04:06Z b", "b"}, {"2026-01-02T03:04:05Z a\n", ""}} {
		rest, err := readParts(strings.NewReader(test.stream), from, func(part) error { return nil })
		if err != nil || (rest == nil) != (test.text == "") || (rest != nil && rest.text != test.text) {
			t.Errorf("%q: got %+v, %v", test.stream, rest, err)
		}
	}
}

func TestReadPartsLeavesOutNotesOfTheKubelet(t *testing.T) {
	const note = "unable to retrieve container logs for containerd://a98f1f2c"
	for _, stream := range []string{log + note, note + "\n" + log} {
		if got, want := read(t, stream, &position{}), []string{"a/1/false", "b/1/false", "c/1/false", "/0/false"}; !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	}
	if rest, err := readParts(strings.NewReader(note), &position{}, func(part) error { return nil }); rest != nil || err != nil {
		t.Errorf("got %+v, %v", rest, err)
	}
}

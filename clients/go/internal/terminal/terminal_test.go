package terminal

import (
	"bytes"
	"testing"
)

func TestEscape(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"keeps text and tabs", "a\tb ü 漢", "a\tb ü 漢"},
		{"escapes terminal control", "\x1b[31mred\x7f\u009b", `\u001b[31mred\u007f\u009b`},
		{"escapes what forges lines", "a\r\nb\b\f", `a\r\nb\b\f`},
		{"escapes separators and directional marks", "\u2028\u2029\u202e\u2066\u200f\u061c", `\u2028\u2029\u202e\u2066\u200f\u061c`},
		{"replaces invalid UTF-8", "a\xffb", "a\uFFFDb"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Escape(test.text); got != test.want {
				t.Errorf("Escape(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestPaletteForAPipeHasNoColor(t *testing.T) {
	if got := PaletteFor(&bytes.Buffer{}).Red("failed"); got != "failed" {
		t.Errorf("got %q", got)
	}
}

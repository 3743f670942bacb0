// Package terminal makes text from elsewhere safe to print, and colors text for terminals.
package terminal

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"
)

// Characters that control a terminal or change the order of a text: control characters except tab, line and paragraph
// separators, and directional marks (https://www.unicode.org/reports/tr9/).
var unsafeCharacter = regexp.MustCompile(`[\x00-\x08\x0a-\x1f\x7f-\x{9f}\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}]`)

var shortEscapes = map[rune]string{'\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`}

// Escape replaces unsafe characters by JSON escapes (`\r`, `\u001b`), as the service does, so that the output of a
// container cannot forge lines or control the terminal. Invalid UTF-8 becomes U+FFFD.
func Escape(text string) string {
	return unsafeCharacter.ReplaceAllStringFunc(strings.ToValidUTF8(text, "\uFFFD"), func(match string) string {
		character := []rune(match)[0]
		if short, ok := shortEscapes[character]; ok {
			return short
		}
		return fmt.Sprintf(`\u%04x`, character)
	})
}

// Palette colors text, or leaves it as it is.
type Palette struct {
	enabled bool
}

// Colors is the palette of a terminal.
var Colors = Palette{enabled: true}

// PaletteFor returns a palette that colors only if the output is a terminal and NO_COLOR is not set
// (https://no-color.org).
func PaletteFor(out io.Writer) Palette {
	file, ok := out.(*os.File)
	return Palette{ok && term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// Green is for success.
func (p Palette) Green(text string) string { return p.paint("32", text) }

// Red is for failure.
func (p Palette) Red(text string) string { return p.paint("31", text) }

// Yellow is for what needs attention.
func (p Palette) Yellow(text string) string { return p.paint("33", text) }

func (p Palette) paint(color, text string) string {
	if !p.enabled {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

package runlog

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// maxPart is the length in bytes after which a line is returned in parts.
const maxPart = 16 * 1024

// Line is a line of a step, or a part of a long one.
type Line struct {
	// Time is when it was written.
	Time time.Time
	Task string
	// Step is empty for notes about a task.
	Step string
	// Text is without the newline, as the container wrote it.
	Text string
	// Partial is whether the line continues in the next part.
	Partial bool
}

// position is the place in the log of a container up to which it has been read: the time of the last part, and how many
// parts have that time.
type position struct {
	time  time.Time
	count int
}

// part is a line, or a part of a long one, in the log of a container.
type part struct {
	time    time.Time
	text    string
	partial bool
}

// readParts reads the log of a container, requested with timestamps, and emits the parts after a position. An error of
// emit or of the stream ends it.
//
// A line without a timestamp is a note of the kubelet about a container that it has removed, and left out.
//
// It returns what followed the last newline, which may be a line that continues; nil if nothing did.
func readParts(stream io.Reader, from *position, emit func(part) error) (*part, error) {
	reader := bufio.NewReaderSize(stream, maxPart)
	next, again, continues, isLogged, cut := part{}, 0, false, false, ""
	for {
		data, err := reader.ReadSlice('\n')
		next.text, next.partial = cut+string(data), errors.Is(err, bufio.ErrBufferFull)
		if err != nil && !next.partial && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if !continues {
			var at time.Time
			if at, next.text, isLogged = cutTime(next.text); isLogged {
				next.time = at
			}
		}
		switch {
		case next.partial:
			next.text, cut = cutCharacter(next.text)
		case err == nil:
			next.text, cut = strings.TrimSuffix(next.text, "\n"), ""
		case (len(data) == 0 && !continues) || !isLogged:
			return nil, nil
		default:
			return &next, nil
		}
		continues = next.partial
		if !isLogged {
			continue
		}
		if next.time.Equal(from.time) {
			again++
		}
		if next.time.Before(from.time) || (next.time.Equal(from.time) && again <= from.count) {
			continue
		}
		if !next.time.Equal(from.time) {
			*from, again = position{time: next.time}, 1
		}
		from.count++
		if err := emit(next); err != nil {
			return nil, err
		}
	}
}

// cutTime splits a line at the timestamp that the kubelet writes before it.
func cutTime(line string) (time.Time, string, bool) {
	stamp, rest, ok := strings.Cut(line, " ")
	if !ok {
		stamp = line
	}
	at, err := time.Parse(time.RFC3339Nano, stamp)
	return at.UTC(), rest, err == nil
}

// cutCharacter splits a text before an incomplete character at its end.
func cutCharacter(text string) (string, string) {
	for i := len(text) - 1; i >= max(0, len(text)-utf8.UTFMax); i-- {
		if utf8.RuneStart(text[i]) {
			if !utf8.FullRuneInString(text[i:]) {
				return text[:i], text[i:]
			}
			break
		}
	}
	return text, ""
}

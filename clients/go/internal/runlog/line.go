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

// readParts reads the log of a container, requested with timestamps, and emits the parts after a position.
//
// It returns the error of emit or of the stream; nil at its end.
func readParts(stream io.Reader, from *position, emit func(at time.Time, text string, partial bool) error) error {
	reader := bufio.NewReaderSize(stream, maxPart)
	at, again, continues, cut := time.Time{}, 0, false, ""
	for {
		data, isPrefix, err := reader.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text := cut + string(data)
		if !continues {
			if stamp, rest, ok := cutTime(text); ok {
				at, text = stamp, rest
			}
		}
		continues, cut = isPrefix, ""
		if isPrefix {
			text, cut = cutCharacter(text)
		}
		if at.Equal(from.time) {
			again++
		}
		if at.Before(from.time) || (at.Equal(from.time) && again <= from.count) {
			continue
		}
		if !at.Equal(from.time) {
			*from, again = position{time: at}, 1
		}
		from.count++
		if err := emit(at, text, isPrefix); err != nil {
			return err
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
	return at, rest, err == nil
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

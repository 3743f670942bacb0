// Package result is what the programs of both transports print.
package result

import (
	"encoding/json"
	"log"
	"os"
	"slices"
)

// Read is what an execution is read as.
type Read struct {
	Labels     map[string]string `json:"labels"`
	Parameters map[string]string `json:"parameters"`
	Confidence float64           `json:"confidence"`
}

// Result is what the calls of a program came to.
type Result struct {
	Validated   string   `json:"validated"`
	IsStored    bool     `json:"isStored"`
	Read        Read     `json:"read"`
	Pages       []int    `json:"pages"`
	Listed      []string `json:"listed"`
	IsCancelled bool     `json:"isCancelled"`
	IsDeleted   bool     `json:"isDeleted"`
	Error       string   `json:"error"`
}

// Check ends the program with an error.
func Check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Print writes the result to stdout.
func Print(result Result) {
	Check(json.NewEncoder(os.Stdout).Encode(result))
}

// Sizes returns how many names each page has.
func Sizes(pages [][]string) (sizes []int) {
	for _, names := range pages {
		sizes = append(sizes, len(names))
	}
	return sizes
}

// Names returns the sorted names of all pages.
func Names(pages [][]string) []string {
	return slices.Sorted(slices.Values(slices.Concat(pages...)))
}

// Run Go spellings at a given time; the job comes in on standard input, what the tokens say goes out.
// Built by conformance.minting.go with a list of the spellings beside it.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

type result struct {
	Payload json.RawMessage `json:"payload,omitempty"`
	Error   string          `json:"error,omitempty"`
}

// made is given what a spelling returns: a token, or a token and an error.
func made(token string, failures ...error) result {
	for _, failure := range failures {
		if failure != nil {
			return result{Error: failure.Error()}
		}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		return result{Error: fmt.Sprintf("no token: %v", err)}
	}
	return result{Payload: payload}
}

func safely(spelling func() result) (found result) {
	defer func() {
		if recover() != nil {
			found = result{Error: "panic"}
		}
	}()
	return spelling()
}

func main() {
	var job struct {
		Now int64 `json:"now"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&job); err != nil {
		panic(err)
	}
	time.Stopped = job.Now
	results := make([][]result, len(spellings))
	for number, runs := range spellings {
		results[number] = []result{}
		for _, spelling := range runs {
			results[number] = append(results[number], safely(spelling))
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		panic(err)
	}
}

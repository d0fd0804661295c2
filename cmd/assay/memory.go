package main

import (
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"assay/domain"
)

// The setting of the memory for decoded columns, which answer questions quickly.
const (
	cubeMemoryVariable = "ASSAY_CUBE_MEMORY"
	cubeMemoryFlag     = "cube-memory"
	leastCubeMemory    = 64 << 20
	// usualCubeMemory is taken where nothing is known of the machine.
	usualCubeMemory = 512 << 20
	// passingCubeMemory is enough for a command that asks once and ends: what does not fit is decoded again, month by
	// month, and the program stays under 600 MB with a million declarations.
	passingCubeMemory = 96 << 20
)

// lasting are the commands that answer questions again and again.
var lasting = map[string]bool{"serve": true, "worker": true, "demo": true}

func addCubeMemoryFlag(root *cobra.Command) {
	root.PersistentFlags().String(cubeMemoryFlag, "", "memory for decoded columns, for example 2GB; "+cubeMemoryVariable+
		" when it is not given, else a quarter of the memory that this process may use, for commands that end at most 96MB")
}

// cubeMemory bounds the decoded columns and remembered figures of all administrations
// together: what the flag says, else the environment, else a quarter of the memory there is,
// so that a server, a worker and their database fit on one machine, and for a command that ends no more than 96 MB.
func cubeMemory(cmd *cobra.Command) (int64, error) {
	text, from := os.Getenv(cubeMemoryVariable), cubeMemoryVariable
	if cmd.Flags().Changed(cubeMemoryFlag) {
		given, err := cmd.Flags().GetString(cubeMemoryFlag)
		if err != nil {
			return 0, err
		}
		text, from = given, "--"+cubeMemoryFlag
	}
	if text == "" {
		share := usualShare(availableMemory(os.DirFS("/")))
		if !lasting[cmd.Name()] {
			share = min(share, passingCubeMemory)
		}
		return share, nil
	}
	bytes, known := parseBytes(text)
	if !known {
		return 0, domain.Errorf(domain.KindInvalid, "%s is %q; it is a number of bytes like 2GB or 512MB", from, text)
	}
	if bytes < leastCubeMemory {
		return 0, domain.Errorf(domain.KindInvalid, "%s is %q; at least %d MB are needed", from, text, leastCubeMemory>>20)
	}
	return bytes, nil
}

// usualShare is the part of a machine's memory that is taken when nothing is said.
func usualShare(memory int64) int64 {
	if memory <= 0 {
		return usualCubeMemory
	}
	return max(leastCubeMemory, memory/4)
}

// parseBytes reads a size; units are powers of 1024, with or without the i of KiB.
func parseBytes(text string) (int64, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	number := strings.TrimRight(text, "KMGTIB ")
	shift, known := map[string]uint{"": 0, "B": 0, "K": 10, "M": 20, "G": 30, "T": 40}[strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(text[len(number):]), "B"), "I")]
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !known || n < 0 || n > math.MaxInt64>>shift {
		return 0, false
	}
	return n << shift, true
}

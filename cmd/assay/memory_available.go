package main

import (
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"
)

// availableMemory is what this process may use: the machine's memory, or less where its
// control group, or one around it, has a limit. It is 0 where the system does not say.
func availableMemory(system fs.FS) int64 {
	least := int64(math.MaxInt64)
	lower := func(text string, unit int64) {
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil && n > 0 && n <= math.MaxInt64/unit {
			least = min(least, n*unit)
		}
	}
	for line := range strings.Lines(read(system, "proc/meminfo")) {
		if kilobytes, found := strings.CutPrefix(line, "MemTotal:"); found {
			lower(strings.TrimSuffix(strings.TrimSpace(kilobytes), "kB"), 1024)
		}
	}
	for line := range strings.Lines(read(system, "proc/self/cgroup")) {
		// Hierarchy, controllers, and the group's path; version 2 names no controllers.
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 || parts[1] != "" && parts[1] != "memory" {
			continue
		}
		root, file := "sys/fs/cgroup", "memory.max"
		if parts[1] == "memory" {
			root, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		}
		// A container may show only its own group, at the root.
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			lower(read(system, path.Join(root, group, file)), 1)
			if group == "/" {
				break
			}
		}
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}

// read gives a file's text, "" where it cannot be read.
func read(system fs.FS, name string) string {
	text, err := fs.ReadFile(system, name)
	if err != nil {
		return ""
	}
	return string(text)
}

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"
)

// joined gives what was measured in earlier runs, which a file keeps, and now; of one question over one
// number of declarations the later measure counts. So a plot can be drawn from runs that
// were made one by one. Without a path it is what was measured now.
func joined(path string, now []measured) ([]measured, error) {
	if path == "" {
		return now, nil
	}
	all, err := kept(path)
	if err != nil {
		return nil, err
	}
	for _, m := range now {
		all = slices.DeleteFunc(all, func(k measured) bool { return k.rows == m.rows && k.question == m.question })
		all = append(all, m)
	}
	return all, keep(path, all)
}

// kept reads the file; one that is not there has nothing.
func kept(path string) ([]measured, error) {
	file, err := os.Open(path) //nolint:gosec // the file that was asked for
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var all []measured
	for _, line := range lines {
		m := measured{question: line[0], unfiltered: line[1] == "true"}
		numbers := make([]int64, len(line)-2)
		for i := range numbers {
			if numbers[i], err = strconv.ParseInt(line[i+2], 10, 64); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
		if len(numbers) != 2+len(m.times()) {
			return nil, fmt.Errorf("%s: a line of %d fields", path, len(line))
		}
		m.rows, m.groups = int(numbers[0]), int(numbers[1])
		for i, t := range m.times() {
			*t = time.Duration(numbers[i+2])
		}
		all = append(all, m)
	}
	return all, nil
}

// keep writes the file.
func keep(path string, all []measured) error {
	file, err := os.Create(path) //nolint:gosec // the file that was asked for
	if err != nil {
		return err
	}
	w := csv.NewWriter(file)
	for _, m := range all {
		line := []string{m.question, strconv.FormatBool(m.unfiltered), strconv.Itoa(m.rows), strconv.Itoa(m.groups)}
		for _, t := range m.times() {
			line = append(line, strconv.FormatInt(int64(*t), 10))
		}
		if err := w.Write(line); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	w.Flush()
	return errors.Join(w.Error(), file.Close())
}

// times lists what was measured, in the order in which it is kept.
func (m *measured) times() []*time.Duration {
	return []*time.Duration{&m.floor, &m.cold, &m.cube, &m.duckFiles, &m.duckTable, &m.postgres}
}

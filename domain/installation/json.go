package installation

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// day is a calendar day, which has no zone.
type day time.Time

// jsonRows writes rows as one JSON array, an object a line.
type jsonRows struct {
	to      *bufio.Writer
	columns []tableColumn
	rows    int
}

func newJSONRows(to io.Writer, columns []tableColumn) *jsonRows {
	return &jsonRows{to: bufio.NewWriter(to), columns: columns}
}

func (j *jsonRows) write(values []any) error {
	before := "[\n"
	if j.rows > 0 {
		before = ",\n"
	}
	j.rows++
	if _, err := j.to.WriteString(before); err != nil {
		return err
	}
	for i, c := range j.columns {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		content, err := jsonValue(c, values[i])
		if err != nil {
			return fmt.Errorf("column %s: %w", c.name, err)
		}
		if _, err := fmt.Fprintf(j.to, "%s%q:%s", separator, c.name, content); err != nil {
			return err
		}
	}
	return j.to.WriteByte('}')
}

func jsonValue(c tableColumn, value any) ([]byte, error) {
	switch v := value.(type) {
	case time.Time:
		value = v.UTC().Format(time.RFC3339Nano)
	case day:
		value = time.Time(v).Format(time.DateOnly)
	case []byte:
		value = base64.StdEncoding.EncodeToString(v)
	case string:
		if c.kind == "jsonb" || c.kind == "json" {
			return []byte(v), nil
		}
	}
	return json.Marshal(value)
}

func (j *jsonRows) close() error {
	end := "\n]\n"
	if j.rows == 0 {
		end = "[]\n"
	}
	if _, err := j.to.WriteString(end); err != nil {
		return err
	}
	return j.to.Flush()
}

// Command table reads a JSON list of objects from standard input and prints
// the named members as the columns of a table. A member that is missing or
// null is a dash.
//
// Usage: terraform output -json connected_integrations | table name status.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

func main() {
	if err := run(os.Stdin, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "table: %v\n", err)
		os.Exit(1)
	}
}

func run(r io.Reader, w io.Writer, columns []string) error {
	if len(columns) == 0 {
		return errors.New("no columns named")
	}
	var rows []map[string]any
	if err := json.NewDecoder(r).Decode(&rows); err != nil {
		return fmt.Errorf("reading a list of objects: %w", err)
	}

	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, strings.ToUpper(strings.ReplaceAll(strings.Join(columns, "\t"), "_", " ")))
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, column := range columns {
			cells[i] = cell(row[column])
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	return tw.Flush()
}

// cell renders one value: a list with commas, anything else as JSON shows it.
func cell(value any) string {
	switch v := value.(type) {
	case nil:
		return "-"
	case []any:
		if len(v) == 0 {
			return "-"
		}
		parts := make([]string, len(v))
		for i, element := range v {
			parts[i] = cell(element)
		}
		return strings.Join(parts, ", ")
	default:
		return fmt.Sprint(v)
	}
}

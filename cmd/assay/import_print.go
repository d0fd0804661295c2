package main

import (
	"context"
	"fmt"
	"io"

	"assay/domain"
	"assay/domain/warehouse"
)

// printImport tells a person what became of an import.
func printImport(ctx context.Context, out io.Writer, house *warehouse.Service, tenant domain.TenantID, batch *warehouse.Batch) error {
	text := fmt.Sprintf("Batch %s: %d rows read in %.1f s.\n", batch.ID, batch.Read, batch.Seconds())
	verb := "loaded"
	if batch.State == warehouse.BatchDryRun {
		verb = "would be loaded (dry run: nothing was changed)"
	}
	text += fmt.Sprintf("  %d %s, %d replaced, %d unchanged, %d rejected\n", batch.Loaded, verb, batch.Replaced, batch.Unchanged, batch.Rejected)
	if batch.Detail.Repeats != nil {
		text += fmt.Sprintf("  These are the same bytes as in batch %s, which was loaded before.\n", batch.Detail.Repeats)
	}
	for _, o := range batch.Detail.Reading.UnmappedOperations {
		text += fmt.Sprintf("  Operation %q is in no operation map (%d times); it is kept as unmapped.\n", o.Value, o.Seen)
	}
	for _, lane := range batch.Detail.Reading.UnmappedLanes {
		text += fmt.Sprintf("  Lane %q is in no lane map (%d times); it is taken as not known.\n", lane.Value, lane.Seen)
	}
	for _, c := range batch.Detail.Reading.UnknownColumns {
		text += fmt.Sprintf("  Column %q of %s is not read.\n", c.Column, c.File)
	}
	if batch.Rejected > 0 {
		rejects, err := house.Rejects(ctx, tenant, batch.ID, 0, shownRejects)
		if err != nil {
			return err
		}
		for _, r := range rejects {
			text += fmt.Sprintf("  Rejected %s:%d %s %q: %s\n", r.File, r.Line, r.Field, r.Value, r.Reason)
		}
		if more := batch.Rejected - int64(len(rejects)); more > 0 {
			text += fmt.Sprintf("  ... and %d more\n", more)
		}
	}
	if batch.State == warehouse.BatchLoaded && len(batch.Detail.Months) > 0 {
		text += fmt.Sprintf("  %d months are to be computed again.\n", len(batch.Detail.Months))
	}
	_, err := io.WriteString(out, text)
	return err
}

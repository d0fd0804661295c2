package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"assay/domain"
)

// Limits of a workbook, which unlike other files is held in memory in its compressed form.
const (
	maxWorkbook         = 64 << 20
	maxWorkbookExpanded = 2 << 30
	maxWorkbookPart     = 8 << 20 // larger parts are unpacked to disk
)

// convertWorkbook writes one sheet of a workbook to disk as delimited text. Rows keep their numbers:
// line n of the text is row n of the sheet.
func convertWorkbook(ctx context.Context, c content, s *settings, spill *spillFile) (f *survey, err error) {
	if c.size > maxWorkbook {
		return nil, domain.Errorf(domain.KindInvalid, "The workbook %s is larger than %d MB; save it as CSV.", c.name, maxWorkbook>>20)
	}
	raw, err := c.open()
	if err != nil {
		return nil, unreadable(err, c.name)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	// The library trusts workbooks more than we may: what it stumbles over is a damaged file.
	defer func() {
		if fault := recover(); fault != nil {
			f, err = nil, domain.Wrap(domain.KindInvalid, fmt.Errorf("%v", fault), "The workbook %s is damaged.", c.name)
		}
	}()
	book, err := excelize.OpenReader(io.LimitReader(raw, maxWorkbook+1), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxWorkbookExpanded, UnzipXMLSizeLimit: maxWorkbookPart, TmpDir: s.SpillDir,
	})
	if err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "The workbook %s is damaged, was cut off or is protected.", c.name)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	sheet, err := chooseSheet(book, s.columns.Table.Sheet, c.name)
	if err != nil {
		return nil, err
	}
	start := spill.end
	if err := writeSheet(ctx, book, sheet, max(s.columns.Table.HeaderRow, 1), &lineWriter{spill: spill}); err != nil {
		return nil, unreadable(err, c.name)
	}
	f = converted(c, spill, start, c.name+"/"+sheet)
	f.columns.workbook, f.columns.epoch = true, excelEpoch
	if properties, err := book.GetWorkbookProps(); err == nil && properties.Date1904 != nil && *properties.Date1904 {
		f.columns.epoch = excel1904
	}
	return f, nil
}

func chooseSheet(book *excelize.File, wanted, name string) (string, error) {
	sheets := book.GetSheetList()
	for _, sheet := range sheets {
		if wanted == "" || strings.EqualFold(sheet, wanted) {
			return sheet, nil
		}
	}
	return "", domain.Errorf(domain.KindInvalid, "The workbook %s has no sheet %q; it has %s.", name, wanted, listNames(sheets))
}

// writeSheet writes the rows from the header row on; rows before it become blank lines.
func writeSheet(ctx context.Context, book *excelize.File, sheet string, header int, to *lineWriter) error {
	rows, err := book.Rows(sheet)
	if err != nil {
		return domain.Wrap(domain.KindInvalid, err, "The sheet %s is damaged.", sheet)
	}
	width := 0
	for number := 1; rows.Next(); number++ {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, rows.Close())
		}
		cells, err := rows.Columns()
		if err != nil {
			return errors.Join(domain.Wrap(domain.KindInvalid, err, "Row %d of the sheet %s is damaged.", number, sheet), rows.Close())
		}
		if number < header || allEmpty(cells) {
			cells = nil
		} else if width == 0 {
			width = len(cells)
		}
		for len(cells) > 0 && len(cells) < width { // empty cells at a row's end are not written
			cells = append(cells, "")
		}
		if err := to.row(cells); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Close(), to.flush())
}

func allEmpty(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

package web

import (
	"net/http"

	"assay/web/view"
)

// showDictionary documents the tables of the warehouse from the schema's own comments.
func (v *visit) showDictionary() error {
	tables, err := v.server.Warehouse.DataDictionary(v.Request().Context())
	if err != nil {
		return err
	}
	page := view.Dictionary{Layout: v.layout(v.T("dictionary.title"))}
	for _, table := range tables {
		entry := view.DictionaryTable{Name: table.Name, Comment: table.Comment}
		for _, column := range table.Columns {
			entry.Columns = append(entry.Columns, view.DictionaryColumn{Name: column.Name, Type: column.Type, Comment: column.Comment, Required: column.Required, Key: column.Key})
		}
		page.Tables = append(page.Tables, entry)
	}
	return v.show(http.StatusOK, "dictionary", page)
}

package api

import "context"

// GetDictionary gives the data dictionary, which is the same for everybody.
func (s *server) GetDictionary(ctx context.Context, _ GetDictionaryRequestObject) (GetDictionaryResponseObject, error) {
	tables, err := s.Warehouse.DataDictionary(ctx)
	if err != nil {
		return nil, err
	}
	shown := make(GetDictionary200JSONResponse, len(tables))
	for i, t := range tables {
		columns := make([]Column, len(t.Columns))
		for j, c := range t.Columns {
			columns[j] = Column{Name: c.Name, Type: c.Type, Required: c.Required, Key: c.Key, Comment: c.Comment}
		}
		shown[i] = Table{Name: t.Name, Comment: t.Comment, Columns: columns}
	}
	return shown, nil
}

package contract_test

import (
	"testing"

	"assay/deploy/local/dbtest/racing"
)

func TestMain(m *testing.M) { racing.Walks(m) }

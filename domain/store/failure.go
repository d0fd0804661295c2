package store

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"assay/domain"
)

// PostgreSQL's codes of failures that are the server's surroundings' and not the
// statement's (appendix A of its manual). A file that may not grow, under a bound on the size of
// files, has no code of its own.
const (
	codeDiskFull           = "53100"
	codeOutOfMemory        = "53200"
	codeTooManyConnections = "53300"
	codeInputOutput        = "58030"
	fileTooLarge           = "File too large"
)

// explain gives failures that an operator can mend their sentence: the transaction has left
// nothing, and what was tried can be tried again. All others stay as they are.
func explain(err error) error {
	var failed *pgconn.PgError
	if !errors.As(err, &failed) {
		return err
	}
	switch {
	case failed.Code == codeDiskFull, strings.HasSuffix(failed.Message, fileTooLarge):
		return domain.Wrap(domain.KindNotReady, err, "the database's disk is full; nothing was changed: make room on it and try again")
	case failed.Code == codeInputOutput:
		return domain.Wrap(domain.KindNotReady, err, "the database cannot read or write its disk; nothing was changed: see its log, then try again")
	case failed.Code == codeOutOfMemory:
		return domain.Wrap(domain.KindNotReady, err, "the database has no memory left; nothing was changed: try again when it has less to do")
	case failed.Code == codeTooManyConnections:
		return domain.Wrap(domain.KindNotReady, err, "the database serves as many connections as it may; try again in a moment")
	}
	return err
}

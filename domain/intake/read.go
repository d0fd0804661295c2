package intake

import (
	"context"
	"errors"

	"assay/domain"
)

// Read reads a delivery and gives what it finds to a sink: documents whole, declarations by
// their day of registration where the format joins files. What cannot be taken is a
// reject; the rest goes on.
//
// An error means that the delivery as a whole cannot be trusted (KindInvalid: a cut-off or damaged
// file, no file of the format, a limit passed), that the sink failed, or that the machine did;
// what the sink got before it must then be given up. The summary is true as far as the
// reading came.
func Read(ctx context.Context, source Source, options Options, sink Sink) (Summary, error) {
	if sink == nil {
		return Summary{}, errNoSink
	}
	s, err := newSettings(options)
	if err != nil {
		return Summary{}, err
	}
	delivery, err := unpack(ctx, source, s.SpillDir)
	if err != nil {
		return Summary{}, err
	}
	summary, err := readFormat(ctx, delivery, s, sink)
	summary.Format = s.Format
	return summary, errors.Join(err, delivery.Close())
}

func readFormat(ctx context.Context, d *delivery, s *settings, sink Sink) (Summary, error) {
	switch s.Format {
	case FormatXML:
		return readXML(ctx, d, s, sink)
	case FormatNDJSON:
		return readNDJSON(ctx, d, s, sink)
	case FormatTable:
		return readTable(ctx, d, s, sink)
	case FormatWorld:
		return readWorld(ctx, d, s, sink)
	default:
		return Summary{}, domain.Errorf(domain.KindInvalid, "The format %q is not known.", s.Format)
	}
}

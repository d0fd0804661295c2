package paper

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPictures writes the documents of the tests where ASSAY_SCREENSHOTS says, to be looked at.
func TestPictures(t *testing.T) {
	t.Parallel()
	directory := os.Getenv("ASSAY_SCREENSHOTS")
	for _, language := range []string{"fr", "ar"} {
		pdf := sign(t, key(t), draw(t, whole(t, language)))
		if directory == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(directory, "paper-"+language+".pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

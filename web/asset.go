package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/labstack/echo/v4"

	"assay/domain"
)

//go:embed static
var staticFiles embed.FS

// styleSheets are the parts of assay.css in their order: later ones may rely on earlier ones.
var styleSheets = []string{
	"tokens", "base", "layout", "component", "figure", "page",
	"account",
	"access",
	"plot",
	"contract",
	"installation",
	"home",
	"settings",
	"own",
	"print",
}

// asset is one static file with its compressed forms, which are made at its first request.
type asset struct {
	content     []byte
	contentType string
	compress    sync.Once
	gzipped     []byte
	brotlied    []byte
}

// assets serves the static files under addresses that change with their
// content, so that browsers may keep them for ever.
type assets struct {
	addresses map[string]string // by name, "assay.css" -> "/static/3f2a.../assay.css"
	files     map[string]*asset // by address
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func loadAssets() (*assets, error) {
	a := &assets{addresses: map[string]string{}, files: map[string]*asset{}}
	var css bytes.Buffer
	for _, part := range styleSheets {
		content, err := staticFiles.ReadFile("static/css/" + part + ".css")
		if err != nil {
			return nil, fmt.Errorf("read style sheet: %w", err)
		}
		css.Write(content)
		css.WriteByte('\n')
	}
	a.add("assay.css", css.Bytes())
	err := fs.WalkDir(staticFiles, "static", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || contentTypes[path.Ext(file)] == "" || strings.HasPrefix(file, "static/css/") {
			return err
		}
		content, err := staticFiles.ReadFile(file)
		if err != nil {
			return err
		}
		a.add(strings.TrimPrefix(file, "static/"), content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	return a, nil
}

func (a *assets) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	address := "/static/" + hex.EncodeToString(sum[:8]) + "/" + name
	a.addresses[name] = address
	a.files[address] = &asset{content: content, contentType: contentTypes[path.Ext(name)]}
}

// address gives where a static file stands; an unknown name is a mistake of ours.
func (a *assets) address(name string) (string, error) {
	address, ok := a.addresses[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %q", name)
	}
	return address, nil
}

// serve answers with the smallest form that the browser takes.
func (a *assets) serve(c echo.Context) error {
	file, ok := a.files[c.Request().URL.Path]
	if !ok {
		return domain.Errorf(domain.KindNotFound, "there is no such file")
	}
	file.compress.Do(file.shrink)
	header := c.Response().Header()
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Add("Vary", "Accept-Encoding")
	content := file.content
	switch accepted := c.Request().Header.Get("Accept-Encoding"); {
	case strings.Contains(accepted, "br"):
		content = file.brotlied
		header.Set("Content-Encoding", "br")
	case strings.Contains(accepted, "gzip"):
		content = file.gzipped
		header.Set("Content-Encoding", "gzip")
	}
	return c.Blob(http.StatusOK, file.contentType, content)
}

func (f *asset) shrink() {
	var small bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&small, gzip.BestCompression) // the level is a valid one
	_, _ = zip.Write(f.content)                                 // a buffer takes everything
	_ = zip.Close()
	f.gzipped = bytes.Clone(small.Bytes())
	small.Reset()
	br := brotli.NewWriterLevel(&small, 9)
	_, _ = br.Write(f.content)
	_ = br.Close()
	f.brotlied = small.Bytes()
}

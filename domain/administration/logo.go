package administration

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif"  // what people upload
	_ "image/jpeg" // as above
	"image/png"
	"io"

	"assay/domain"
	"assay/domain/store"
)

// Bounds of a logo. What is uploaded is read whole, so that its size is bounded before anything of
// it is decoded, and its pixels before they are.
const (
	MostLogoBytes = 512 << 10
	MostLogoSide  = 2000 // pixels, either side
	keptLogoSide  = 480  // larger ones are made smaller
	mostKeptLogo  = 1 << 20
	smallestLogo  = 16
)

// Logo is an administration's mark as it is shown: always a PNG image made by this program.
type Logo struct {
	Content       []byte
	Width, Height int
	Hash          string // SHA-256 of Content, hexadecimal
}

// DrawLogo reads a picture (PNG, JPEG or GIF) and draws it anew as PNG, made smaller where it is
// large: comments, hidden data and whatever else a file may carry stay behind. KindInvalid when it
// is no picture or too large.
func DrawLogo(from io.Reader) (*Logo, error) {
	wrong := func(key, message string) error {
		return domain.Invalid("the logo cannot be kept like this", domain.FieldError{Field: "logo", Key: key, Message: message})
	}
	content, err := io.ReadAll(io.LimitReader(from, MostLogoBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the logo: %w", err)
	}
	if len(content) > MostLogoBytes {
		return nil, wrong("logo_bytes", fmt.Sprintf("must have at most %d kilobytes", MostLogoBytes>>10))
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, wrong("logo_format", "must be a PNG, JPEG or GIF picture")
	}
	if config.Width > MostLogoSide || config.Height > MostLogoSide || config.Width < smallestLogo || config.Height < smallestLogo {
		return nil, wrong("logo_pixels", fmt.Sprintf("must be %d to %d pixels wide and high", smallestLogo, MostLogoSide))
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, wrong("logo_format", "must be a PNG, JPEG or GIF picture")
	}
	drawn := smaller(picture)
	var out bytes.Buffer
	if err := png.Encode(&out, drawn); err != nil {
		return nil, fmt.Errorf("draw the logo: %w", err)
	}
	if out.Len() > mostKeptLogo {
		return nil, wrong("logo_bytes", fmt.Sprintf("must have at most %d kilobytes", MostLogoBytes>>10))
	}
	sum := sha256.Sum256(out.Bytes())
	return &Logo{Content: out.Bytes(), Width: drawn.Bounds().Dx(), Height: drawn.Bounds().Dy(), Hash: hex.EncodeToString(sum[:])}, nil
}

// smaller draws a picture with at most keptLogoSide pixels a side: each pixel is the mean of those that it stands for.
func smaller(picture image.Image) *image.NRGBA {
	bounds := picture.Bounds()
	whole := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(whole, whole.Bounds(), picture, bounds.Min, draw.Src)
	width, height := bounds.Dx(), bounds.Dy()
	if longest := max(width, height); longest > keptLogoSide {
		width, height = max(1, width*keptLogoSide/longest), max(1, height*keptLogoSide/longest)
	}
	kept := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			meanOf(kept, whole, x, y)
		}
	}
	drawn := image.NewNRGBA(kept.Bounds())
	draw.Draw(drawn, drawn.Bounds(), kept, image.Point{}, draw.Src)
	return drawn
}

// meanOf sets one pixel to the mean, by channel and with opacity, of the pixels that it stands for.
func meanOf(kept, whole *image.RGBA, x, y int) {
	width, height := kept.Rect.Dx(), kept.Rect.Dy()
	left, right := x*whole.Rect.Dx()/width, max(x*whole.Rect.Dx()/width+1, (x+1)*whole.Rect.Dx()/width)
	top, bottom := y*whole.Rect.Dy()/height, max(y*whole.Rect.Dy()/height+1, (y+1)*whole.Rect.Dy()/height)
	var sums [4]int
	for row := top; row < bottom; row++ {
		for column := left; column < right; column++ {
			at := whole.PixOffset(column, row)
			for channel := range sums {
				sums[channel] += int(whole.Pix[at+channel])
			}
		}
	}
	at, count := kept.PixOffset(x, y), (right-left)*(bottom-top)
	for channel := range sums {
		kept.Pix[at+channel] = uint8(sums[channel] / count)
	}
}

// KeepLogo draws a picture anew and keeps it in place of the one before.
func (s *Service) KeepLogo(ctx context.Context, id domain.TenantID, by Actor, from io.Reader) (*Logo, error) {
	logo, err := DrawLogo(from)
	if err != nil {
		return nil, err
	}
	return logo, s.changeLogo(ctx, id, by, logo)
}

// RemoveLogo takes the logo away; without one nothing changes.
func (s *Service) RemoveLogo(ctx context.Context, id domain.TenantID, by Actor) error {
	return s.changeLogo(ctx, id, by, nil)
}

type recordedLogo struct {
	SHA256 string `json:"sha256"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

func (s *Service) changeLogo(ctx context.Context, id domain.TenantID, by Actor, logo *Logo) error {
	_, err := s.recorded(ctx, id, by, "tenant.logo", "tenant/"+id.String(), func(_ context.Context, tx *store.Tx) (change, error) {
		found, err := findTenants(tx, `WHERE tenant_id = ? FOR UPDATE`, id.String())
		if err != nil {
			return change{}, err
		}
		if len(found) == 0 {
			return change{}, domain.Errorf(domain.KindNotFound, "there is no such administration")
		}
		c := change{before: recordedLogo{SHA256: found[0].Logo}, after: recordedLogo{}}
		if logo == nil {
			return c, dropLogo(tx, id)
		}
		c.after = recordedLogo{logo.Hash, logo.Width, logo.Height}
		return c, putLogo(tx, id, logo, by.Name, s.clock())
	})
	return err
}

// PaperLogo is the picture for the head of papers, nil for an administration without a logo.
func (s *Service) PaperLogo(ctx context.Context, id domain.TenantID) ([]byte, error) {
	logo, err := s.Logo(ctx, id)
	if domain.Is(err, domain.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return logo.Content, nil
}

// Logo gives the logo of an administration, KindNotFound when it has none.
func (s *Service) Logo(ctx context.Context, id domain.TenantID) (logo *Logo, err error) {
	err = s.db.Read(ctx, id, func(_ context.Context, tx *store.Tx) error {
		logo, err = findLogo(tx, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the logo: %w", err)
	}
	if logo == nil {
		return nil, domain.Errorf(domain.KindNotFound, "this administration has no logo")
	}
	return logo, nil
}

package sandbox

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
)

const pictureSize = 128 // pixels, both ways, of the original

// getPicture draws a profile picture: a square in a colour of the person's own.
// It is never larger than the original.
func (s *Sandbox) getPicture(w http.ResponseWriter, r *http.Request, c *caller) {
	width := pictureSize
	if text := r.PathValue("width"); text != "" {
		asked, err := strconv.Atoi(text)
		if err != nil || asked < 1 {
			unprocessable(w, errors.New("width is not valid"))
			return
		}
		width = min(asked, pictureSize)
	}
	person, ok := s.pathPerson(r)
	if !ok || !person.HasPicture || !c.sees("profile_picture") {
		writeV1Error(w, http.StatusNotFound, http.StatusNotFound, "There is no profile picture.")
		return
	}
	shade := color.RGBA{R: shadeOf(person.ID * 37), G: shadeOf(person.ID * 61), B: shadeOf(person.ID * 97), A: 255}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, image.NewPaletted(image.Rect(0, 0, width, width), color.Palette{shade})); err != nil {
		http.Error(w, "sandbox: "+err.Error(), http.StatusInternalServerError)
		return
	}
	writeBody(w, http.StatusOK, "image/png", encoded.Bytes())
}

func shadeOf(n int) uint8 { return uint8(n & 0xff) } //nolint:gosec // eight bits are left

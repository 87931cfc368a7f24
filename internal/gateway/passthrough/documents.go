package passthrough

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// documentLife is how long the category of a document is believed.
	documentLife = 10 * time.Minute
	// maxDocuments bounds how many are remembered.
	maxDocuments = 10_000
)

// documents remembers the categories of documents that were in an answer a moment
// ago. It is this process's own: behind several replicas a client that lists
// at one and downloads at another is refused, and lists again.
type documents struct {
	mu    sync.Mutex
	known map[string]documentSeen
}

type documentSeen struct {
	category string
	at       time.Time
}

func (d *documents) see(id, category string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil || len(d.known) >= maxDocuments {
		d.known = map[string]documentSeen{}
	}
	d.known[id] = documentSeen{category, time.Now()}
}

func (d *documents) category(id string) (category string, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen, ok := d.known[id]
	return seen.category, ok && time.Since(seen.at) < documentLife
}

// peekID reads the id of a small JSON object, which is a string or a number; ""
// if it has none. In v1 it may stand among the attributes. Names are compared
// exactly.
func peekID(value jsontext.Value) string {
	var object, attributes map[string]json.RawMessage
	if json.Unmarshal(value, &object) != nil {
		return ""
	}
	if id, ok := object["id"]; ok {
		return idText(id)
	}
	if json.Unmarshal(object["attributes"], &attributes) != nil {
		return ""
	}
	return idText(attributes["id"])
}

// idText is an id that is a JSON string or an integer.
func idText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil && strings.Trim(number.String(), "0123456789") == "" {
		return number.String()
	}
	return ""
}

// reportList copies a list of reports, without those that are not open.
func reportList(f *filter) error {
	f.pass = func(report jsontext.Value) bool { return f.principal.MayReadReport(peekID(report)) }
	return f.record()
}

// categoryList copies the document categories that are open.
func categoryList(f *filter) error {
	f.pass = func(category jsontext.Value) bool { return f.principal.MayUseDocumentCategory(peekID(category)) }
	return f.record()
}

// documentList copies the documents whose categories are open, and remembers
// which those are.
func documentList(f *filter) error {
	f.pass = f.passDocument
	return f.record()
}

func (f *filter) passDocument(document jsontext.Value) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(document, &members) != nil {
		return false
	}
	id, category := idText(members["id"]), peekID(jsontext.Value(members["category"]))
	if id == "" || category == "" {
		return false
	}
	f.documents.see(id, category)
	return f.principal.MayUseDocumentCategory(category)
}

// documentOne copies one document.
func documentOne(f *filter) error {
	f.pass = f.passDocument
	return f.passingOne(func() error { return f.enc.WriteToken(jsontext.Null) })
}

// documentPatch reads a change of a document: {"category": {"id": ...}, ...}.
func documentPatch(contentType string, body []byte) (content, error) {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	object, err := readObject(mediaType, body)
	if err != nil {
		return content{}, err
	}
	category, given := object["category"]
	if !given {
		return content{}, nil
	}
	parts, err := readObject(typeJSON, category)
	if err != nil {
		return content{}, err
	}
	id := idText(parts["id"])
	if id == "" {
		return content{}, errors.New("the category has no id")
	}
	return content{categories: []string{id}}, nil
}

// uploadFields are the fields of POST /v1/company/documents.
var uploadFields = []string{"title", "comment", "employee_id", "category_id", "date", "file"}

// documentUpload reads an upload and writes it anew with the fields that
// Personio knows, each once, so that no two readers can find different
// categories in it.
func documentUpload(contentType string, body []byte) (content, error) {
	parts, err := multipartReader(contentType, body)
	if err != nil {
		return content{}, err
	}
	var again bytes.Buffer
	again.Grow(len(body) + 1<<10)
	writer := multipart.NewWriter(&again)
	written := content{contentType: writer.FormDataContentType()}
	seen := map[string]bool{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return content{}, errUpload
		}
		name := part.FormName()
		if !slices.Contains(uploadFields, name) || seen[name] || (name == "file") != (part.FileName() != "") {
			return content{}, errors.New("the fields of a document are " + strings.Join(uploadFields, ", ") + ", each at most once, of which only file is a file")
		}
		seen[name] = true
		if err := copyPart(writer, part, &written); err != nil {
			return content{}, errUpload
		}
	}
	if len(written.categories) == 0 {
		return content{}, errors.New("the field category_id is missing")
	}
	if err := writer.Close(); err != nil {
		return content{}, errUpload
	}
	written.body = again.Bytes()
	return written, nil
}

var errUpload = errors.New("the body is not well-formed " + typeMultipart)

// copyPart writes a part again; it notes a category.
func copyPart(writer *multipart.Writer, part *multipart.Part, written *content) error {
	if part.FormName() == "file" {
		header := map[string][]string{"Content-Disposition": {multipart.FileContentDisposition("file", part.FileName())}}
		if t := part.Header.Get("Content-Type"); t != "" {
			header["Content-Type"] = []string{t}
		}
		to, err := writer.CreatePart(header)
		if err != nil {
			return err
		}
		_, err = io.Copy(to, part)
		return err
	}
	value, err := io.ReadAll(part)
	if err != nil {
		return err
	}
	if part.FormName() == "category_id" {
		written.categories = append(written.categories, strings.TrimSpace(string(value)))
		value = bytes.TrimSpace(value)
	}
	return writer.WriteField(part.FormName(), string(value))
}

func multipartReader(contentType string, body []byte) (*multipart.Reader, error) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || mediaType != typeMultipart || parameters["boundary"] == "" {
		return nil, errUpload
	}
	return multipart.NewReader(bytes.NewReader(body), parameters["boundary"]), nil
}

// anyUpload reads an upload that concerns no employee.
func anyUpload(contentType string, body []byte) (content, error) {
	parts, err := multipartReader(contentType, body)
	if err != nil {
		return content{}, err
	}
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return content{}, nil
		}
		if err != nil {
			return content{}, errUpload
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			return content{}, errUpload
		}
	}
}

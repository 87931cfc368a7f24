package sandbox

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const (
	maxDocument        = 30 << 20             // bytes of a document
	maxDocumentRequest = maxDocument + 64<<10 // with the other parts of the form
	keptInMemory       = 1 << 20              // bytes of a form that stay in memory while it is read
	documentTypes      = "pdf docx doc jpg zip png txt jpeg odt xlsx rtf htm xls p7s pptx pages rar ppt gif tif html msg asc tiff wps bmp 7z csv ics vcf dotx numbers eps gz ods otf odp odg rtfd txz webarchive xml xps md fax"
)

func (s *Sandbox) listDocumentCategories(w http.ResponseWriter, _ *http.Request, _ *caller) {
	rows := []any{}
	for _, category := range s.records.DocumentCategories {
		rows = append(rows, categoryV1(category))
	}
	writeV1(w, http.StatusOK, map[string]any{"success": true, "data": rows})
}

func categoryV1(category records.DocumentCategory) any {
	return map[string]any{"id": category.ID, "type": "DocumentCategory", "attributes": map[string]string{"name": category.Name}}
}

// uploadDocument is the only way to make a document. What is uploaded is kept in memory.
func (s *Sandbox) uploadDocument(w http.ResponseWriter, r *http.Request, c *caller) {
	form, err := readMultipart(r)
	if err != nil {
		invalidUpload(w, "file", "The form cannot be read, or the file is larger than 30 MB.")
		return
	}
	defer func() { _ = form.RemoveAll() }()
	document, field, reason := documentOf(form)
	if reason != "" {
		invalidUpload(w, field, reason)
		return
	}
	if !s.company.Has(document.OwnerID) {
		writeV1Error(w, http.StatusNotFound, 0, "No query results for model [Employee] "+strconv.Itoa(document.OwnerID))
		return
	}
	category, ok := s.records.Category(strconv.Itoa(document.CategoryID))
	if !ok {
		writeV1Error(w, http.StatusNotFound, 0, "No query results for model [DocumentCategory] "+strconv.Itoa(document.CategoryID))
		return
	}
	document.CreatedAt = s.now().UTC().Truncate(time.Second)
	made, _ := s.records.Documents.Add(func(rows []records.Document) (records.Document, error) {
		document.ID = records.NextDocumentID(rows)
		return document, nil
	})
	id, _ := strconv.Atoi(made.ID)
	writeV1(w, http.StatusCreated, map[string]any{"success": true, "data": map[string]any{
		"id":   id,
		"type": "Document",
		"attributes": map[string]any{
			"title": made.Name, "date": orNull(made.Date), "comment": orNull(made.Comment),
			"employee": s.shortEmployee(made.OwnerID, c), "category": categoryV1(category),
		},
	}})
}

func invalidUpload(w http.ResponseWriter, field, reason string) {
	writeV1(w, http.StatusUnprocessableEntity, map[string]any{
		"success": false,
		"error":   map[string]any{"code": 0, "message": "The given data was invalid.", "error_data": map[string]any{field: []string{reason}}},
	})
}

func readMultipart(r *http.Request) (*multipart.Form, error) {
	if err := r.ParseMultipartForm(keptInMemory); err != nil {
		return nil, err
	}
	if r.MultipartForm == nil {
		return nil, errors.New("no form")
	}
	return r.MultipartForm, nil
}

// documentOf reads a document from the form; the last result says what is wrong with which field.
func documentOf(form *multipart.Form) (document records.Document, field, reason string) {
	value := func(name string) string {
		if values := form.Value[name]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	document = records.Document{Name: value("title"), Comment: value("comment"), Date: value("date")}
	if document.Name == "" || utf8.RuneCountInString(document.Name) > 255 {
		return document, "title", "The title is required and has 255 characters at most."
	}
	if document.Date != "" && !isDate(document.Date) {
		return document, "date", "The date has to be yyyy-mm-dd."
	}
	for name, target := range map[string]*int{"employee_id": &document.OwnerID, "category_id": &document.CategoryID} {
		number, err := strconv.Atoi(value(name))
		if err != nil {
			return document, name, "The field is required and has to be a number."
		}
		*target = number
	}
	if len(form.File["file"]) != 1 {
		return document, "file", "One file is required."
	}
	header := form.File["file"][0]
	if !slices.Contains(strings.Fields(documentTypes), extension(header.Filename)) {
		return document, "file", "The file must be a file of type: " + strings.ReplaceAll(documentTypes, " ", ", ") + "."
	}
	content, err := contentOf(header)
	if err != nil || len(content) > maxDocument {
		return document, "file", "The file may not be larger than 30 MB."
	}
	document.FileName = path.Base(header.Filename)
	document.MediaType = header.Header.Get("Content-Type")
	return document.WithContent(content), "", ""
}

func extension(name string) string {
	return strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
}

func contentOf(header *multipart.FileHeader) ([]byte, error) {
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(file)
}

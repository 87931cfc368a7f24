package records

import (
	"fmt"
	"strconv"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// DocumentCategory is a category of documents.
type DocumentCategory struct {
	ID   int
	Name string
}

// Ids of the document categories.
const (
	CategoryContracts    = 2101
	CategoryPayslips     = 2102
	CategoryCertificates = 2103
)

func documentCategories() []DocumentCategory {
	return []DocumentCategory{
		{CategoryContracts, "Arbeitsverträge"},
		{CategoryPayslips, "Payslips"},
		{CategoryCertificates, "Certificates of employment"},
	}
}

// Category finds a document category by its id, as text.
func (r *Records) Category(id string) (DocumentCategory, bool) {
	for _, category := range r.DocumentCategories {
		if strconv.Itoa(category.ID) == id {
			return category, true
		}
	}
	return DocumentCategory{}, false
}

// Document is a file in somebody's file.
type Document struct {
	ID         string // a number
	OwnerID    int    // a person's id
	CategoryID int
	Name       string
	Date       string // YYYY-MM-DD or empty
	Comment    string
	FileName   string
	MediaType  string
	CreatedAt  time.Time

	content []byte // nil: made from the rest, see [Document.Content]
}

// Content returns the bytes of the file. A document that was there from the
// start is a PDF of one empty page that says in a comment what it is.
func (d *Document) Content() []byte {
	if d.content != nil {
		return d.content
	}
	return fmt.Appendf(nil, "%%PDF-1.4\n%% document %s of person %d\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n", d.ID, d.OwnerID)
}

// WithContent returns the document with a file.
func (d Document) WithContent(content []byte) Document {
	d.content = content
	return d
}

const firstDocumentID = 880_400

// NextDocumentID returns the id of the next document.
func NextDocumentID(documents []Document) string {
	highest := firstDocumentID
	for i := range documents {
		if id, err := strconv.Atoi(documents[i].ID); err == nil {
			highest = max(highest, id)
		}
	}
	return strconv.Itoa(highest + 1)
}

func (g *generator) documents(people []company.Person) []Document {
	var made []Document
	add := func(p *company.Person, category int, name, date string) {
		d := Document{
			ID: strconv.Itoa(firstDocumentID + 1 + len(made)), OwnerID: p.ID, CategoryID: category, Name: name, Date: date,
			FileName: name + ".pdf", MediaType: "application/pdf", CreatedAt: g.before(company.Reference(), 200),
		}
		made = append(made, d)
	}
	for i := range people {
		p := &people[i]
		if i%2 == 0 {
			add(p, CategoryContracts, "Arbeitsvertrag", p.Employment.HireDate)
		}
		if i%3 == 0 {
			add(p, CategoryPayslips, "Gehaltsabrechnung 2026-08", "2026-08-31")
		}
		if g.chance(10) {
			add(p, CategoryCertificates, "Zwischenzeugnis", "")
		}
	}
	return made
}

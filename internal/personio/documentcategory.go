package personio

import (
	"context"
	"net/http"
)

// pathDocumentCategories lists the categories of documents.
const pathDocumentCategories = "/v1/company/document-categories"

// DocumentCategories lists the categories of documents, which only version 1
// tells.
func (c *Client) DocumentCategories(ctx context.Context) ([]Named, error) {
	var answer v1Answer[[]struct {
		ID         ID    `json:"id"`
		Attributes Named `json:"attributes"`
	}]
	if err := c.do(ctx, request{method: http.MethodGet, path: pathDocumentCategories}, &answer); err != nil {
		return nil, err
	}
	categories := make([]Named, len(answer.Data))
	for i, category := range answer.Data {
		categories[i] = Named{ID: category.ID, Name: category.Attributes.Name}
	}
	return categories, nil
}

package tfx

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
)

// Listing is what a list resource finds.
type Listing[T any] struct {
	// Object names the whole collection in diagnostics.
	Object Object
	// Objects yields what the configuration selects, and an error as the last
	// thing, if there is one. It is only asked for as much as Terraform takes.
	Objects iter.Seq2[T, error]
	// Describe is an object's id and its name for people.
	Describe func(T) (id, name string)
	// Identity is what identifies an object, if it is something else than its id.
	Identity func(T) map[string]string
	// State is an object as an import and the read after it leave it in the state.
	State func(ctx context.Context, object T, diags *diag.Diagnostics) any
}

// Stream gives Terraform the results of a list, up to its limit. A failure is one
// result with the diagnostics, and the last.
func (l Listing[T]) Stream(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = func(push func(list.ListResult) bool) {
		var pushed int64
		for object, err := range l.Objects {
			if err != nil {
				var diags diag.Diagnostics
				AddError(&diags, "list", l.Object, nil, err)
				push(list.ListResult{Diagnostics: diags})
				return
			}
			pushed++
			// Leaving the loop here and not at the next object keeps its page from
			// being asked for.
			if !push(l.result(ctx, req, object)) || pushed == req.Limit {
				return
			}
		}
	}
}

// result is what Terraform is told of an object.
func (l Listing[T]) result(ctx context.Context, req list.ListRequest, object T) list.ListResult {
	result := req.NewListResult(ctx)
	id, name := l.Describe(object)
	result.DisplayName = name
	identity := map[string]string{"id": id}
	if l.Identity != nil {
		identity = l.Identity(object)
	}
	SetIdentities(ctx, result.Identity, identity, &result.Diagnostics)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, l.State(ctx, object, &result.Diagnostics))...)
	}
	return result
}

// ListConfig reads the configuration of a list block. If it cannot, the stream
// says so and ok is false.
func ListConfig[M any](ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) (config M, ok bool) {
	diags := req.Config.Get(ctx, &config)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return config, false
	}
	return config, true
}

package passthrough

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	// maxBody bounds the body of a write.
	maxBody = 20 << 20
	// maxUpload bounds one that carries a document: Personio takes documents of
	// 30 MB, and fields with them.
	maxUpload = 31 << 20
)

const (
	typeJSON = "application/json"
	typeForm = "application/x-www-form-urlencoded"
	// typeMultipart is that of an upload.
	typeMultipart = "multipart/form-data"
)

// errMalformed is the error of a body that is not what it says it is, or that
// two readers could understand differently.
var errMalformed = errors.New("the body is neither well-formed JSON nor a form, or it names a field twice")

// content is what a body would write.
type content struct {
	// attributes are the keys of the attributes of employees that it touches;
	// categories are the ids of the document categories that it names.
	attributes, categories []string
	// body and contentType replace what the client sent; a nil body does not.
	body        []byte
	contentType string
}

// reader understands a body. contentType is the header's value.
type reader func(contentType string, body []byte) (content, error)

// attributes makes a reader of a function that names the attributes which a body
// of a media type touches.
func attributes(touched func(mediaType string, body []byte) ([]string, error)) reader {
	return func(contentType string, body []byte) (content, error) {
		mediaType, _, _ := mime.ParseMediaType(contentType)
		keys, err := touched(mediaType, body)
		return content{attributes: keys}, err
	}
}

// anyContent reads a body that touches no attribute: JSON or a form.
func anyContent(contentType string, body []byte) (content, error) {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	if mediaType == typeForm {
		if _, err := url.ParseQuery(string(body)); err != nil {
			return content{}, errMalformed
		}
		return content{}, nil
	}
	if kind := jsontext.Value(body).Kind(); mediaType != typeJSON || kind != '{' && kind != '[' || !jsontext.Value(body).IsValid() {
		return content{}, errMalformed
	}
	return content{}, nil
}

// anyOrNothing is anyContent for an endpoint that needs no body.
func anyOrNothing(contentType string, body []byte) (content, error) {
	if len(body) == 0 {
		return content{}, nil
	}
	return anyContent(contentType, body)
}

// guard reads the body of a write and refuses it whole if it touches what the
// principal may not write. What it returns is what Personio gets.
func (e endpoint) guard(w http.ResponseWriter, r *http.Request, principal *token.Principal) (content, *gatewayapi.Problem) {
	contentType, problem := bodyType(r.Header)
	if problem != nil {
		return content{}, problem
	}
	limit := int64(maxBody)
	if mediaType, _, _ := mime.ParseMediaType(contentType); mediaType == typeMultipart {
		limit = maxUpload
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return content{}, httpapi.Problem(http.StatusRequestEntityTooLarge, gatewayapi.KindBadRequest, fmt.Sprintf("The body is larger than %d bytes.", tooLarge.Limit), nil)
	}
	if err != nil {
		return content{}, httpapi.Problem(http.StatusBadRequest, gatewayapi.KindBadRequest, "The body could not be read.", nil)
	}
	written, err := e.Read(contentType, body)
	if err != nil {
		return content{}, httpapi.Problem(http.StatusBadRequest, gatewayapi.KindBadRequest, "Nothing was passed on: "+err.Error()+".", nil)
	}
	if written.body == nil {
		written.body, written.contentType = body, contentType
	}
	return written, refuseContent(written, principal)
}

// refuseContent refuses what the principal may not write.
func refuseContent(written content, principal *token.Principal) *gatewayapi.Problem {
	slices.Sort(written.attributes)
	if refused := slices.DeleteFunc(slices.Compact(written.attributes), principal.MayWrite); len(refused) > 0 {
		return httpapi.Problem(http.StatusForbidden, gatewayapi.KindForbidden, fmt.Sprintf(
			"This credential may not write: %s. Nothing was passed on. Add what is an attribute to the writable attributes of its custom integration, or leave it out.",
			strings.Join(refused, ", ")), nil)
	}
	if refused := slices.DeleteFunc(written.categories, principal.MayUseDocumentCategory); len(refused) > 0 {
		return httpapi.Problem(http.StatusForbidden, gatewayapi.KindForbidden, fmt.Sprintf(
			"This credential may not use the document category %s. Nothing was passed on. Add it to the document_category_ids of its custom integration.",
			strings.Join(refused, ", ")), nil)
	}
	return nil
}

// readObject reads a JSON object strictly.
func readObject(contentType string, body []byte) (map[string]json.RawMessage, error) {
	var object map[string]json.RawMessage
	if contentType != typeJSON || !jsontext.Value(body).IsValid() || json.Unmarshal(body, &object) != nil || object == nil {
		return nil, errMalformed
	}
	return object, nil
}

// touchedByEmployee names the attributes that the body of a v1 write touches:
// {"employee": {...}} as JSON, or a form of employee[...].
func touchedByEmployee(contentType string, body []byte) ([]string, error) {
	if contentType == typeForm {
		return touchedByForm(body)
	}
	object, err := readObject(contentType, body)
	if err != nil {
		return nil, err
	}
	var keys []string
	for name, value := range object {
		if name != "employee" {
			keys = append(keys, name)
			continue
		}
		employee, err := readObject(typeJSON, value)
		if err != nil {
			return nil, err
		}
		for field, value := range employee {
			if field != "custom_attributes" {
				keys = append(keys, employeeKey(field))
				continue
			}
			custom, err := readObject(typeJSON, value)
			if err != nil {
				return nil, err
			}
			for key := range custom {
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

// employeeKey is the attribute that a field of a v1 write sets.
func employeeKey(field string) string {
	if field == "supervisor_id" {
		return "supervisor"
	}
	return field
}

// formField is a field of a v1 form: employee[name] or
// employee[custom_attributes][dynamic_1].
var formField = regexp.MustCompile(`^employee\[(?:custom_attributes\]\[)?([^\[\]]+)\]$`)

func touchedByForm(body []byte) ([]string, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errMalformed
	}
	var keys []string
	for field, values := range form {
		if len(values) > 1 {
			return nil, errMalformed
		}
		name := field
		if match := formField.FindStringSubmatch(field); match != nil {
			name = employeeKey(match[1])
		}
		keys = append(keys, name)
	}
	return keys, nil
}

// touchedByPerson names the attributes that the body of a v2 person touches. A
// field that belongs to no attribute stands for itself.
func touchedByPerson(contentType string, body []byte) ([]string, error) {
	object, err := readObject(contentType, body)
	if err != nil {
		return nil, err
	}
	var keys []string
	for field, value := range object {
		switch field {
		case "custom_attributes":
			touched, err := touchedByCustom(value)
			if err != nil {
				return nil, err
			}
			keys = append(keys, touched...)
		case "employments":
			var employments []json.RawMessage
			if json.Unmarshal(value, &employments) != nil || employments == nil {
				return nil, errMalformed
			}
			for _, employment := range employments {
				touched, err := touchedByEmployment(typeJSON, employment)
				if err != nil {
					return nil, err
				}
				keys = append(keys, touched...)
			}
		default:
			keys = append(keys, orItself(field)(attribute.PersonField(field)))
		}
	}
	return keys, nil
}

// touchedByCustom names the attributes that v2's list of custom attributes
// touches: [{id, value}]. Another member, such as global_id, could name another
// attribute to another reader, and stands for itself.
func touchedByCustom(list json.RawMessage) ([]string, error) {
	var custom []map[string]json.RawMessage
	if json.Unmarshal(list, &custom) != nil || custom == nil {
		return nil, errMalformed
	}
	var keys []string
	for _, c := range custom {
		// By its exact name: {"ID": ...} beside it must not stand in for it.
		var id string
		if json.Unmarshal(c["id"], &id) != nil {
			return nil, errMalformed
		}
		keys = append(keys, customKey(id))
		for name := range c {
			if name != "id" && name != "value" {
				keys = append(keys, "custom_attributes."+name)
			}
		}
	}
	return keys, nil
}

// customKey is the v1 key of a custom attribute's id.
func customKey(id string) string {
	if attribute.IsCustom("dynamic_" + id) {
		return "dynamic_" + id
	}
	return id
}

// orItself returns a field's attribute, or the field's own name.
func orItself(field string) func(key string, known bool) string {
	return func(key string, known bool) string {
		if !known {
			return field
		}
		return key
	}
}

// touchedByEmployment names the attributes that the body of a v2 employment
// touches.
func touchedByEmployment(contentType string, body []byte) ([]string, error) {
	object, err := readObject(contentType, body)
	if err != nil {
		return nil, err
	}
	var keys []string
	for field, value := range object {
		switch field {
		case "org_units":
			// Both kinds are replaced by what is sent, so an empty list touches both.
			keys = append(keys, "department", "team")
		case "termination":
			parts, err := readObject(typeJSON, value)
			if err != nil {
				return nil, err
			}
			for part := range parts {
				keys = append(keys, orItself(field+"."+part)(attribute.EmploymentField(field+"."+part)))
			}
		default:
			keys = append(keys, orItself(field)(attribute.EmploymentField(field)))
		}
	}
	return keys, nil
}

// bodyReader is a body as the client layer can send it again.
func bodyReader(body []byte) io.Reader {
	if body == nil {
		return nil
	}
	return bytes.NewReader(body)
}

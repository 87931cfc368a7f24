package scim

import "strings"

// URNs of the schemas.
const (
	urnUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	urnGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	urnEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// kind is the type of an attribute (RFC 7643, section 2.3).
type kind string

const (
	isString    kind = "string"
	isBoolean   kind = "boolean"
	isReference kind = "reference"
	isBinary    kind = "binary"
	isComplex   kind = "complex"
)

// attribute is one attribute of a schema (RFC 7643, section 7).
type attribute struct {
	name      string
	kind      kind
	multi     bool
	required  bool
	readOnly  bool
	writeOnly bool
	exact     bool // case is significant
	unique    bool // within the service provider
	sub       []attribute
}

// schema is a set of attributes under a URN.
type schema struct {
	id, name, description string
	attributes            []attribute
}

// resourceType is what lives at an endpoint.
type resourceType struct {
	name, endpoint string
	core           *schema
	extensions     []*schema
}

var (
	userType  = resourceType{name: "User", endpoint: "/Users", core: &userSchema, extensions: []*schema{&enterpriseSchema}}
	groupType = resourceType{name: "Group", endpoint: "/Groups", core: &groupSchema}
)

// externalID is common to all resources (RFC 7643, section 3.1) and part of no schema.
var externalID = attribute{name: "externalId", kind: isString, exact: true}

func text(name string) attribute { return attribute{name: name, kind: isString} }

// plural is a multi-valued attribute of the usual shape.
func plural(name string, value kind) attribute {
	return attribute{name: name, kind: isComplex, multi: true, sub: []attribute{
		{name: "value", kind: value},
		text("display"),
		text("type"),
		{name: "primary", kind: isBoolean},
	}}
}

var userSchema = schema{id: urnUser, name: "User", description: "User Account", attributes: []attribute{
	{name: "userName", kind: isString, required: true, unique: true},
	{name: "name", kind: isComplex, sub: []attribute{
		text("formatted"), text("familyName"), text("givenName"), text("middleName"), text("honorificPrefix"), text("honorificSuffix"),
	}},
	text("displayName"),
	text("nickName"),
	{name: "profileUrl", kind: isReference},
	text("title"),
	text("userType"),
	text("preferredLanguage"),
	text("locale"),
	text("timezone"),
	{name: "active", kind: isBoolean},
	{name: "password", kind: isString, writeOnly: true},
	plural("emails", isString),
	plural("phoneNumbers", isString),
	plural("ims", isString),
	plural("photos", isReference),
	{name: "addresses", kind: isComplex, multi: true, sub: []attribute{
		text("formatted"),
		text("streetAddress"),
		text("locality"),
		text("region"),
		text("postalCode"),
		text("country"),
		text("type"),
		{name: "primary", kind: isBoolean},
	}},
	{name: "groups", kind: isComplex, multi: true, readOnly: true, sub: []attribute{
		text("value"),
		{name: "$ref", kind: isReference},
		text("display"),
		text("type"),
	}},
	plural("entitlements", isString),
	plural("roles", isString),
	plural("x509Certificates", isBinary),
}}

var groupSchema = schema{id: urnGroup, name: "Group", description: "Group", attributes: []attribute{
	{name: "displayName", kind: isString, required: true},
	{name: "members", kind: isComplex, multi: true, sub: []attribute{
		{name: "value", kind: isString, required: true, exact: true},
		{name: "$ref", kind: isReference, readOnly: true},
		text("type"),
		{name: "display", kind: isString, readOnly: true},
	}},
}}

var enterpriseSchema = schema{id: urnEnterprise, name: "EnterpriseUser", description: "Enterprise User", attributes: []attribute{
	text("employeeNumber"),
	text("costCenter"),
	text("organization"),
	text("division"),
	text("department"),
	{name: "manager", kind: isComplex, sub: []attribute{
		{name: "value", kind: isString, exact: true},
		{name: "$ref", kind: isReference},
		{name: "displayName", kind: isString, readOnly: true},
	}},
}}

// find looks an attribute up; names ignore case (RFC 7643, section 2.1).
func find(attributes []attribute, name string) *attribute {
	for i := range attributes {
		if strings.EqualFold(attributes[i].name, name) {
			return &attributes[i]
		}
	}
	return nil
}

// attribute looks an attribute of the core schema up, common ones included.
func (rt *resourceType) attribute(name string) *attribute {
	if strings.EqualFold(name, externalID.name) {
		return &externalID
	}
	return find(rt.core.attributes, name)
}

// extension looks an extension up.
func (rt *resourceType) extension(urn string) *schema {
	for _, extension := range rt.extensions {
		if strings.EqualFold(extension.id, urn) {
			return extension
		}
	}
	return nil
}

// isCommon reports attributes that the service provider alone writes, and that
// may stand in any body.
func isCommon(name string) bool {
	return strings.EqualFold(name, "id") || strings.EqualFold(name, "meta") || strings.EqualFold(name, "schemas")
}

package synctarget

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// endpointSuffix finds the endpoint that users like to leave in a base URL.
var endpointSuffix = regexp.MustCompile(`(?i)/(Users|Groups|ServiceProviderConfigs?|Schemas|ResourceTypes)/*$`)

// baseURL accepts the base URL of a SCIM service provider.
func baseURL() validator.String {
	return tfx.Checked("Invalid URL", "must be an https URL without a query", func(value string) string {
		u, problem := parseURL(value)
		switch {
		case problem != "":
			return problem
		case u.RawQuery != "" || u.ForceQuery:
			return "The URL must not have a query: the gateway appends /Users and /Groups to it."
		}
		if suffix := endpointSuffix.FindString(u.Path); suffix != "" {
			return fmt.Sprintf("The URL must be the base above the endpoints: leave %s off.", suffix)
		}
		return ""
	})
}

// secretURL accepts a URL that secrets may be sent to.
func secretURL() validator.String {
	return tfx.Checked("Invalid URL", "must be an https URL", func(value string) string {
		_, problem := parseURL(value)
		return problem
	})
}

// parseURL checks a URL that secrets are sent to. What it says repeats the value
// only where it cannot hold a password.
func parseURL(value string) (u *url.URL, problem string) {
	u, err := url.Parse(value)
	switch {
	case err != nil || strings.TrimSpace(value) != value:
		return nil, "The value is not a URL; it must look like https://scim.example.com/v2."
	case u.User != nil:
		return nil, "The URL must not hold a user name or password."
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, fmt.Sprintf("%q is not an absolute URL; it must look like https://scim.example.com/v2.", value)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, "The URL is plain http, which would send secrets and personal data unencrypted. Use https; http is allowed for localhost " +
			"and other loopback addresses only."
	case u.Fragment != "":
		return nil, "The URL must not have a fragment (#...)."
	}
	return u, ""
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// bearerToken accepts what can stand after "Bearer " in a header. What it says
// never repeats the value.
func bearerToken() validator.String {
	return tfx.Checked("Invalid token", "must be a bearer token", func(value string) string {
		switch {
		case strings.TrimSpace(value) != value:
			return "The token begins or ends with white space, often a line break of the file that it was read from: trimspace() removes it."
		case !tfx.IsHeaderValue(value):
			return "The token holds a character that no header can have, such as a line break."
		case strings.HasPrefix(strings.ToLower(value), "bearer "):
			return `The token begins with the word Bearer, which the gateway sends by itself: leave it off.`
		}
		return ""
	})
}

// ownHeaders are those that the gateway or HTTP itself sets, and those that hold
// secrets.
var ownHeaders = []string{
	"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Expect", "Host", "If-Match",
	"Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
}

// headerName accepts the names of headers that users may set.
func headerName() validator.String {
	return tfx.Checked("Invalid header", "must be the name of a header", func(value string) string {
		switch {
		case !tfx.IsHeaderName(value):
			return fmt.Sprintf("%q is not the name of a header.", value)
		case slices.Contains(ownHeaders, textproto.CanonicalMIMEHeaderKey(value)):
			return fmt.Sprintf("%s must not be set here: the gateway sets it, or it would hold a secret. Tokens belong into token_wo or oauth.", value)
		}
		return ""
	})
}

// scopeToken is the form of a scope (RFC 6749, section 3.3).
var scopeToken = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`)

// scope accepts one scope of OAuth 2.0.
func scope() validator.String {
	return tfx.Checked("Invalid scope", "must be one scope", func(value string) string {
		if !scopeToken.MatchString(value) {
			return fmt.Sprintf("%q is not one scope. Several scopes are several elements, not one with spaces.", value)
		}
		return ""
	})
}

// certificates accepts one or more certificates in PEM form, and nothing secret.
func certificates() validator.String {
	return tfx.Checked("Invalid certificates", "must be certificates in PEM form", func(value string) string {
		n := 0
		for rest := []byte(value); ; n++ {
			var block *pem.Block
			if block, rest = pem.Decode(rest); block == nil {
				break
			}
			if strings.Contains(block.Type, "PRIVATE KEY") {
				return "The value holds a private key, which does not belong here and is now in clear text in the configuration. Only " +
					"certificates of authorities are needed."
			}
			if block.Type != "CERTIFICATE" {
				return fmt.Sprintf("The value holds a block of type %q; only certificates are expected.", block.Type)
			}
			if _, err := x509.ParseCertificate(block.Bytes); err != nil {
				return fmt.Sprintf("Certificate %d cannot be read: %s.", n+1, err)
			}
		}
		if n == 0 {
			return "The value holds no certificate in PEM form (-----BEGIN CERTIFICATE-----). Give the certificates themselves, for example " +
				"with file(), not a path."
		}
		return ""
	})
}

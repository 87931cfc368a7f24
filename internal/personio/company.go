package personio

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// ErrWrongCompany is wrapped by the error of a call that was not made, because the
// API does not stand for the expected company, or does not say for which.
var ErrWrongCompany = errors.New("wrong company")

// checkCompany compares what a token endpoint said of its company with what is
// expected; nothing is if nothing is expected. The header is nil before the call:
// Personio's own API is known not to tell.
func (c *Client) checkCompany(header http.Header) error {
	want := c.config.ExpectedCompanyID
	got := header.Get(gatewayapi.HeaderCompanyID)
	switch {
	case want == "" || want == got || header == nil && !c.IsPersonio():
		return nil
	case c.IsPersonio():
		return fmt.Errorf("%w: expected_company_id (PERSONIO_EXPECTED_COMPANY_ID) is %s, and Personio's own API does not tell which company "+
			"a credential belongs to, so nothing was called; remove the argument, or use a gateway, which can tell", ErrWrongCompany, want)
	case got == "":
		return fmt.Errorf("%w: expected_company_id (PERSONIO_EXPECTED_COMPANY_ID) is %s, and %s does not say which company it stands for, so "+
			"nothing was called but its login; its operator can set that with personio-gateway serve --upstream-company-id, or remove the argument",
			ErrWrongCompany, want, c.baseURL)
	}
	return fmt.Errorf("%w: %s stands for company %q, and expected_company_id (PERSONIO_EXPECTED_COMPANY_ID) is %s, so nothing was called but its "+
		"login; check base_url (PERSONIO_BASE_URL) and the credential", ErrWrongCompany, c.baseURL, got, want)
}

// isOwnRefusal reports an error with which the client itself refused a call.
func isOwnRefusal(err error) bool {
	return errors.Is(err, ErrNoCredential) || errors.Is(err, ErrWrongCompany)
}

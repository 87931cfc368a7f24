package gateway_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// A career site that speaks to Personio's recruiting API hands applications in
// with the gateway's static token, and with nothing else.
func TestACareerSiteHandsApplicationsIn(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Career site", "first_name")
	c := decode[gatewayapi.APICredential](e.call(http.MethodPost, gatewayapi.PathAPICredentials, e.admin, gatewayapi.APICredentialCreate{
		CustomIntegrationID: i.ID, Name: "site", Kind: gatewayapi.KindRecruiting,
	}).want(http.StatusCreated))
	company := strconv.Itoa(e.recruiting.CompanyID)
	job, _ := strconv.Atoi(e.box.Records().RecruitingJobs[0].ID)
	application := object{"first_name": "Ida", "last_name": "Bewerberin", "email": "ida@example.com", "job_position_id": job}
	post := func(token, company string, body any) answer {
		return e.call(http.MethodPost, "/v1/recruiting/applications", token, body, "X-Company-ID", company)
	}
	e.box.ResetRequests()
	personnel := e.credential(i.ID)
	for token, id := range map[string]string{
		e.token(personnel.ClientID, personnel.ClientSecret): company, e.recruiting.Token: company, "": company, c.ClientSecret: "1", personnel.ClientSecret: company,
	} {
		a := post(token, id, application).want(http.StatusUnauthorized)
		if !strings.Contains(string(a.body), `"errors"`) {
			t.Errorf("not the shape of recruiting: %s", a.body)
		}
	}
	e.call(http.MethodGet, "/v2/recruiting/jobs", c.ClientSecret, nil, "X-Company-ID", company, "Beta", "true").want(http.StatusUnauthorized)
	post(c.ClientSecret, company, `{"first_name":"A","first_name":"B"}`).want(http.StatusBadRequest)
	if n := len(e.box.Requests()); n != 0 {
		t.Errorf("%d requests reached Personio", n)
	}
	before := len(e.box.Records().Applications.All())
	a := post(c.ClientSecret, company, application).want(http.StatusCreated)
	if got := len(e.box.Records().Applications.All()); got != before+1 {
		t.Errorf("%d applications, want %d; answer: %s", got, before+1, a.body)
	}
	if len(a.header.Values("Authorization")) != 0 {
		t.Error("the answer repeats a token")
	}
	body, contentType := form(t, "file", "%PDF-1.7")
	e.call(http.MethodPost, "/v1/recruiting/applications/documents", c.ClientSecret, body, "Content-Type", contentType, "X-Company-ID", company).want(http.StatusOK)
	// What Personio refuses comes back as Personio says it.
	refused := post(c.ClientSecret, company, object{"first_name": "Ida"})
	direct := call(t, http.MethodPost, e.personioURL+"/v1/recruiting/applications", e.recruiting.Token, object{"first_name": "Ida"}, "X-Company-ID", company)
	if refused.status != direct.status || strings.TrimSpace(string(refused.body)) != strings.TrimSpace(string(direct.body)) {
		t.Errorf("%d %s, Personio says %d %s", refused.status, refused.body, direct.status, direct.body)
	}
}

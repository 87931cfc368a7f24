package personio

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestNewRefusesBaseURL(t *testing.T) {
	t.Parallel()
	for _, base := range []string{
		"gateway.example.com", "/v2", "https://", "ftp://gateway.example.com", "https://a b", "http://%zz",
		"https://user:PLANTED@gateway.example.com", "http://gateway.example.com", "http://10.0.0.1:8080", "http://localhost.example.com",
		"https://gateway.example.com?x=1", "https://gateway.example.com?", "https://gateway.example.com#x",
		"https://api.personio.de/v1", "https://api.personio.de/v2/", "https://gateway.example.com/gateway/v1", "%", "https://us\x7fer:PLANTED@h",
	} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			_, err := New(Config{BaseURL: base})
			if err == nil {
				t.Fatal("accepted")
			}
			wantContains(t, err.Error(), "base_url")
			wantNoSecret(t, err.Error())
		})
	}
}

func TestNewTakesBaseURL(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]struct {
		url      string
		personio bool
	}{
		"":                                   {"https://api.personio.de", true},
		"https://API.personio.de/":           {"https://API.personio.de", true},
		"https://api.personio.de.":           {"https://api.personio.de.", true},
		"https://gateway.example.com/hr//":   {"https://gateway.example.com/hr", false},
		"http://localhost:8080":              {"http://localhost:8080", false},
		"http://127.0.0.9":                   {"http://127.0.0.9", false},
		"http://[::1]:1":                     {"http://[::1]:1", false},
		"\thttps://gateway.example.com\n":    {"https://gateway.example.com", false},
		"https://api.personio.de.evil.test/": {"https://api.personio.de.evil.test", false},
	} {
		c, err := New(Config{BaseURL: base})
		if err != nil {
			t.Errorf("%q: %v", base, err)
			continue
		}
		if c.BaseURL().String() != want.url || c.IsPersonio() != want.personio {
			t.Errorf("%q became %s, Personio %v", base, c.BaseURL(), c.IsPersonio())
		}
	}
}

func TestNewTakesBothOrNeitherForRecruiting(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		companyID, token, want string
	}{
		"neither":         {"", "", ""},
		"both":            {"71001", "PLANTED", ""},
		"no token":        {"71001", "", "go together"},
		"no company id":   {"", "PLANTED", "go together"},
		"no number":       {"acme", "PLANTED", `"acme" is not the company id`},
		"zero":            {"0", "PLANTED", "positive"},
		"negative":        {"-1", "PLANTED", "positive"},
		"more than 64bit": {"99999999999999999999", "PLANTED", "positive"},
	} {
		c, err := New(Config{RecruitingCompanyID: test.companyID, RecruitingToken: test.token})
		if (err == nil) != (test.want == "") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err != nil {
			wantContains(t, err.Error(), test.want)
			wantNoSecret(t, err.Error())
		} else if c.RecruitingCompanyID() != test.companyID {
			t.Errorf("%s: company id %q", name, c.RecruitingCompanyID())
		}
	}
}

func TestDefaultPaceFollowsTheHost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		config Config
		pace   float64
		limits bool
	}{
		{Config{}, 0, true},
		{Config{MaxRequestsPerSecond: 3}, 3, true},
		{Config{BaseURL: "https://gateway.test"}, 100, false},
		{Config{BaseURL: "https://gateway.test", MaxRequestsPerSecond: 3}, 3, false},
		{Config{BaseURL: "https://proxy.test", PersonioLimits: true}, 0, true},
	} {
		c, err := New(test.config)
		if err != nil || c.config.MaxRequestsPerSecond != test.pace || c.config.PersonioLimits != test.limits {
			t.Errorf("%q: %v a second, Personio's limits %v, %v", test.config.BaseURL, c.config.MaxRequestsPerSecond, c.config.PersonioLimits, err)
		}
	}
}

func TestConfigNeverPrintsItsSecret(t *testing.T) {
	t.Parallel()
	config := Config{ClientID: testID, ClientSecret: testSecret}
	wantNoSecret(t, fmt.Sprintf("%v %+v %#v %s", config, config, config, &config))
	secret := Token{AccessToken: token(1)}
	wantNoSecret(t, fmt.Sprintf("%v %+v %#v %s", secret, secret, secret, &secret))
}

func TestCACertificate(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: attributes})
	server := httptest.NewUnstartedServer(f)
	server.Config.ErrorLog = discard
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for pemText, trusted := range map[string]bool{"": false, ca: true} {
		c, err := New(Config{BaseURL: server.URL, ClientID: testID, ClientSecret: testSecret, CACertPEM: pemText})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.EmployeeAttributes(t.Context())
		c.CloseIdleConnections()
		if trusted != (err == nil) {
			t.Errorf("trusted %v: %v", trusted, err)
		}
		if err != nil {
			wantContains(t, err.Error(), "ca_cert_pem", server.URL)
		}
	}
	wantCount(t, f, "", 1)

	if _, err := New(Config{CACertPEM: "no certificate"}); err == nil {
		t.Error("a CA without a certificate was accepted")
	} else {
		wantContains(t, err.Error(), "ca_cert_pem")
	}
	if _, err := New(Config{CACertPEM: ca, Transport: http.DefaultTransport}); err == nil {
		t.Error("ca_cert_pem would be ignored beside a transport")
	}
}

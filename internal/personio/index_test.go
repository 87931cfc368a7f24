package personio

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// gateway is a small working gateway: objects that can be listed, read and
// written.
type gateway struct {
	*fake
	mu      sync.Mutex
	objects []gatewayapi.CustomIntegration
}

func newGateway(n int) *gateway {
	g := &gateway{objects: estate(n)}
	g.fake = newFake(map[string]http.HandlerFunc{
		"GET " + integrations: pages(func() []gatewayapi.CustomIntegration {
			g.mu.Lock()
			defer g.mu.Unlock()
			return slices.Clone(g.objects)
		}),
	})
	g.fallback = g.object
	return g
}

// object serves the path of one object.
func (g *gateway) object(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimPrefix(r.URL.Path, integrations+"/")
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.IndexFunc(g.objects, func(o gatewayapi.CustomIntegration) bool { return o.ID == id })
	switch {
	case i < 0:
		writeProblem(w, 404, "Not Found", "gone", typeBase+gatewayapi.KindNotFound, nil)
	case r.Method == http.MethodDelete:
		g.objects = slices.Delete(g.objects, i, i+1)
		w.WriteHeader(204)
	case r.Method == http.MethodPatch:
		var body gatewayapi.CustomIntegrationUpdate
		_ = json.NewDecoder(r.Body).Decode(&body)
		g.objects[i].Name = *body.Name
		writeJSON(w, 200, g.objects[i])
	default:
		writeJSON(w, 200, g.objects[i])
	}
}

// reads says how many lists and how many reads of one object there were.
func (g *gateway) reads() (lists, gets int) {
	for _, r := range g.seen("") {
		switch {
		case r.method != http.MethodGet:
		case r.path == integrations:
			lists++
		default:
			gets++
		}
	}
	return lists, gets
}

func wantReads(t *testing.T, g *gateway, lists, gets int) {
	t.Helper()
	if l, o := g.reads(); l != lists || o != gets {
		t.Errorf("%d lists and %d reads, want %d and %d", l, o, lists, gets)
	}
}

func mustGet(t *testing.T, c *Client, want gatewayapi.CustomIntegration) {
	t.Helper()
	got, err := c.CustomIntegrations().Get(t.Context(), want.ID)
	if err != nil {
		t.Error(err)
	} else if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRefresh reads a thousand objects with five calls, one after the other and
// ten at a time.
func TestRefresh(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 10} {
		g := newGateway(1000)
		c := g.client(t)
		order := rand.Perm(1000)
		var wait sync.WaitGroup
		for worker := range parallel {
			wait.Go(func() {
				for i := worker; i < len(order); i += parallel {
					mustGet(t, c, integration(fmt.Sprint("id-", order[i])))
				}
			})
		}
		wait.Wait()
		wantReads(t, g, 5, 0)
	}
}

func TestRefreshOfManyPages(t *testing.T) {
	t.Parallel()
	g := newGateway(4000)
	c := g.client(t)
	for _, i := range rand.Perm(4000) {
		mustGet(t, c, integration(fmt.Sprint("id-", i)))
	}
	lists, gets := g.reads()
	if lists > 20 || gets > 20 {
		t.Errorf("%d lists and %d reads for 20 pages", lists, gets)
	}
}

func TestFewReadsStayFew(t *testing.T) {
	t.Parallel()
	g := newGateway(1)
	mustGet(t, g.client(t), integration("id-0"))
	wantReads(t, g, 1, 0)

	// Three objects at the end of a huge estate.
	g = newGateway(20_000)
	c := g.client(t)
	for i := range 3 {
		mustGet(t, c, integration(fmt.Sprint("id-", 19_999-i)))
		mustGet(t, c, integration(fmt.Sprint("id-", 19_999-i)))
	}
	wantReads(t, g, 6, 3)
}

func TestMissIsAskedForItself(t *testing.T) {
	t.Parallel()
	g := newGateway(3)
	c := g.client(t)
	mustGet(t, c, integration("id-0"))
	// Made by somebody else since.
	g.mu.Lock()
	g.objects = append(g.objects, integration("late"))
	g.mu.Unlock()
	mustGet(t, c, integration("late"))
	mustGet(t, c, integration("late"))
	wantReads(t, g, 1, 1)
	if _, err := c.CustomIntegrations().Get(t.Context(), "never"); !IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	wantReads(t, g, 1, 2)
}

func TestIndexGrowsOld(t *testing.T) {
	t.Parallel()
	g := newGateway(3)
	now := newClock()
	c := g.client(t, func(config *Config) { config.Now = now.Now })
	mustGet(t, c, integration("id-0"))
	g.mu.Lock()
	g.objects[0].Name = "changed by somebody else"
	changed := g.objects[0]
	g.mu.Unlock()
	now.add(time.Minute)
	mustGet(t, c, integration("id-0"))
	now.add(time.Second)
	mustGet(t, c, changed)
	wantReads(t, g, 2, 0)
}

func TestReadsNeverShareMemory(t *testing.T) {
	t.Parallel()
	g := newGateway(1)
	c := g.client(t)
	got, err := c.CustomIntegrations().Get(t.Context(), "id-0")
	if err != nil {
		t.Fatal(err)
	}
	got.Scopes[0] = "overwritten"
	mustGet(t, c, integration("id-0"))
}

func TestErrorIsNotKept(t *testing.T) {
	t.Parallel()
	g := newGateway(300)
	g.script["GET "+integrations] = inTurn(g.script["GET "+integrations], status(500), g.script["GET "+integrations])
	c := g.client(t)
	if _, err := c.CustomIntegrations().Get(t.Context(), "id-299"); err == nil || IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	mustGet(t, c, integration("id-299"))
	wantReads(t, g, 4, 0)
}

// TestIndexAgreesWithTheServer makes random reads and writes: what this process
// wrote, it reads.
func TestIndexAgreesWithTheServer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		g := newGateway(rapid.SampledFrom([]int{0, 3, 210}).Draw(r, "size"))
		now := newClock()
		c := g.client(t, func(config *Config) { config.Now = now.Now })
		id := rapid.Custom(func(r *rapid.T) string {
			return fmt.Sprint("id-", rapid.SampledFrom([]int{0, 1, 2, 100, 209}).Draw(r, "n"))
		})
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			which := id.Draw(r, "id")
			switch rapid.SampledFrom([]string{"get", "get", "update", "delete", "wait"}).Draw(r, "step") {
			case "get":
				got, err := c.CustomIntegrations().Get(t.Context(), which)
				i := slices.IndexFunc(g.objects, func(o gatewayapi.CustomIntegration) bool { return o.ID == which })
				if i < 0 && !IsNotFound(err) || i >= 0 && (err != nil || !cmp.Equal(g.objects[i], got)) {
					r.Fatalf("%s: %v, %v", which, got, err)
				}
			case "update":
				name := rapid.String().Draw(r, "name")
				_, _ = c.CustomIntegrations().Update(t.Context(), which, "", gatewayapi.CustomIntegrationUpdate{Name: &name})
			case "delete":
				_ = c.CustomIntegrations().Delete(t.Context(), which, false)
			case "wait":
				now.add(40 * time.Second)
			}
		}
	})
}

// TestPageUnderWayDoesNotUndoAWrite has writes happen after the server made a
// page and before the client got it.
func TestPageUnderWayDoesNotUndoAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(3)
		list := g.script["GET "+integrations]
		g.script["GET "+integrations] = func(w http.ResponseWriter, r *http.Request) {
			list(w, r)
			time.Sleep(time.Second)
		}
		c := g.client(t)
		var wait sync.WaitGroup
		wait.Go(func() { mustGet(t, c, integration("id-2")) })
		synctest.Wait()
		name := "new"
		if _, err := c.CustomIntegrations().Update(t.Context(), "id-0", "", gatewayapi.CustomIntegrationUpdate{Name: &name}); err != nil {
			t.Error(err)
		}
		if err := c.CustomIntegrations().Delete(t.Context(), "id-1", false); err != nil {
			t.Error(err)
		}
		wait.Wait()
		changed := integration("id-0")
		changed.Name = "new"
		mustGet(t, c, changed)
		if _, err := c.CustomIntegrations().Get(t.Context(), "id-1"); !IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		wantReads(t, g, 1, 1)
	})
}

// TestPageUnderWayIsVoidAfterAReset has a credential of nobody knows which
// integration go while a page of integrations is on its way.
func TestPageUnderWayIsVoidAfterAReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(1)
		list := g.script["GET "+integrations]
		g.script["GET "+integrations] = func(w http.ResponseWriter, r *http.Request) {
			list(w, r)
			time.Sleep(time.Second)
		}
		inactive := integration("id-0")
		inactive.Status = gatewayapi.IntegrationInactive
		g.script["DELETE "+credentials+"/one"] = func(w http.ResponseWriter, _ *http.Request) {
			g.mu.Lock()
			g.objects[0] = inactive
			g.mu.Unlock()
			w.WriteHeader(204)
		}
		c := g.client(t)
		var wait sync.WaitGroup
		wait.Go(func() { mustGet(t, c, inactive) })
		synctest.Wait()
		if err := c.APICredentials().Delete(t.Context(), "one"); err != nil {
			t.Error(err)
		}
		wait.Wait()
		wantReads(t, g, 2, 0)
	})
}

func TestOneListForReadsAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(100)
		list := g.script["GET "+integrations]
		g.script["GET "+integrations] = func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			list(w, r)
		}
		c := g.client(t)
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, err := c.CustomIntegrations().Get(impatient, "id-0"); err == nil {
				t.Error("the context was ignored")
			}
		})
		synctest.Wait()
		for i := range 100 {
			wait.Go(func() { mustGet(t, c, integration(fmt.Sprint("id-", i))) })
		}
		wait.Wait()
		wantReads(t, g, 1, 0)
	})
}

// TestLostAnswerOfAWrite: the entry must go even if nobody knows what happened.
func TestLostAnswerOfAWrite(t *testing.T) {
	t.Parallel()
	g := newGateway(2)
	change := g.fallback
	g.fallback = func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			change(w, r)
			panic(http.ErrAbortHandler)
		}
		change(w, r)
	}
	c := g.client(t, func(config *Config) { config.Transport = abortable{g.fake} })
	mustGet(t, c, integration("id-0"))
	name := "new"
	if _, err := c.CustomIntegrations().Update(t.Context(), "id-0", "", gatewayapi.CustomIntegrationUpdate{Name: &name}); err == nil {
		t.Error("no error")
	}
	changed := integration("id-0")
	changed.Name = "new"
	mustGet(t, c, changed)
}

func TestSecretNeverEntersTheIndex(t *testing.T) {
	t.Parallel()
	made := gatewayapi.APICredential{ID: "one", ClientSecret: "papi-PLANTED", CustomIntegrationID: "i"}
	answer := func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 201, made) }
	f := newFake(map[string]http.HandlerFunc{"POST " + credentials: answer, "POST " + credentials + "/one/rotate": answer})
	c := f.client(t)
	created, err := c.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{})
	if err != nil || created.ClientSecret != made.ClientSecret {
		t.Fatalf("the answer is the only one with the secret: %v", err)
	}
	rotated, err := c.APICredentials().Rotate(t.Context(), "one", "", gatewayapi.APICredentialRotation{})
	if err != nil || rotated.ClientSecret != made.ClientSecret {
		t.Fatalf("the answer is the only one with the secret: %v", err)
	}
	got, err := c.APICredentials().Get(t.Context(), "one")
	if err != nil || got.ClientSecret != "" || got.CustomIntegrationID != "i" {
		t.Errorf("%v", err)
	}
	for _, raw := range c.apiCredentials.index.objects {
		wantNoSecret(t, string(raw))
	}
	wantCount(t, f, "", 2)
}

// TestWritesReachTheOtherCollection: a credential decides about the status of
// its integration, and goes with it.
func TestWritesReachTheOtherCollection(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(ctx context.Context, c *Client) error{
		"create": func(ctx context.Context, c *Client) error {
			_, err := c.APICredentials().Create(ctx, gatewayapi.APICredentialCreate{CustomIntegrationID: "id-0"})
			return err
		},
		"update": func(ctx context.Context, c *Client) error {
			_, err := c.APICredentials().Update(ctx, "one", "", gatewayapi.APICredentialUpdate{})
			return err
		},
		"delete": func(ctx context.Context, c *Client) error { return c.APICredentials().Delete(ctx, "one") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGateway(1)
			credential := gatewayapi.APICredential{ID: "one", CustomIntegrationID: "id-0"}
			write2 := func(w http.ResponseWriter, _ *http.Request) {
				g.mu.Lock()
				g.objects[0].Status = gatewayapi.IntegrationInactive
				g.mu.Unlock()
				writeJSON(w, 200, credential)
			}
			for _, call := range []string{"POST " + credentials, "PATCH " + credentials + "/one", "DELETE " + credentials + "/one"} {
				g.script[call] = write2
			}
			c := g.client(t)
			mustGet(t, c, integration("id-0"))
			if err := write(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			inactive := integration("id-0")
			inactive.Status = gatewayapi.IntegrationInactive
			mustGet(t, c, inactive)
		})
	}

	g := newGateway(1)
	g.script["GET "+credentials] = inTurn(
		pages(fixed([]gatewayapi.APICredential{{ID: "one", CustomIntegrationID: "id-0"}})),
		pages(fixed([]gatewayapi.APICredential{})))
	g.script["GET "+credentials+"/one"] = func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, 404, "Not Found", "gone", typeBase+gatewayapi.KindNotFound, nil)
	}
	c := g.client(t)
	if _, err := c.APICredentials().Get(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if err := c.CustomIntegrations().Delete(t.Context(), "id-0", true); err != nil {
		t.Fatal(err)
	}
	if _, err := c.APICredentials().Get(t.Context(), "one"); !IsNotFound(err) {
		t.Errorf("got %v", err)
	}
}

func TestGatewayMissing(t *testing.T) {
	t.Parallel()
	_, err := newFake(nil).client(t, func(c *Config) { c.BaseURL = "" }).CustomIntegrations().Get(t.Context(), "one")
	if !IsGatewayMissing(err) || IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	wantContains(t, err.Error(), "no gateway at https://api.personio.de", "base_url")
}

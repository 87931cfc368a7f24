package syncer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Source is Personio as the gateway's upstream credential sees it;
// [FromUpstream] makes one.
type Source interface {
	// Forward sends a request and returns its answer, whatever its status.
	Forward(ctx context.Context, method, path string, query url.Values, header http.Header, body io.Reader) (*http.Response, error)
	// Unreadable returns those of the v1 attribute keys that the credential may
	// not read, sorted.
	Unreadable(ctx context.Context, keys []string) ([]string, error)
}

// Target is a SCIM service provider; [*scim.Client] is one. Its listings are
// whole or an error.
type Target interface {
	Users(ctx context.Context) ([]scim.Resource, error)
	Groups(ctx context.Context) ([]scim.Resource, error)
	CreateUser(ctx context.Context, user scim.Resource) (scim.Resource, error)
	PatchUser(ctx context.Context, id string, operations []scim.PatchOperation) error
	DeleteUser(ctx context.Context, id string) error
	CreateGroup(ctx context.Context, group scim.Resource) (scim.Resource, error)
	PatchGroup(ctx context.Context, id string, operations []scim.PatchOperation) error
}

var _ Target = (*scim.Client)(nil)

// ErrLinkTaken is what a [Journal] returns for a link whose employee, account,
// group or group name another rule has linked since the run began.
var ErrLinkTaken = errors.New("another sync rule has linked it meanwhile")

// Journal is the record of one run and of the links of its target. It is called
// by several goroutines at once. What a run did is recorded right after it was
// done, with a context that outlives the run's, so that a run which is stopped
// leaves at most those operations unrecorded that were under way; the next run
// finds their accounts by match value or externalId.
//
// Two runs on one target must not overlap: each would work from links that the
// other changes.
type Journal interface {
	// Links and GroupLinks return all links of the target.
	Links(ctx context.Context) ([]Link, error)
	GroupLinks(ctx context.Context) ([]GroupLink, error)
	// SaveLink stores a link in place of the employee's old one.
	SaveLink(ctx context.Context, link Link) error
	// RemoveLink removes the link of an employee, if there is one.
	RemoveLink(ctx context.Context, employeeID string) error
	// HandOver gives the link of an employee to another rule.
	HandOver(ctx context.Context, employeeID, ruleID string) error
	// SaveGroupLink stores a link in place of the old one of that name.
	SaveGroupLink(ctx context.Context, link GroupLink) error
	// RecordItems adds items to the run.
	RecordItems(ctx context.Context, items []Item) error
	// Heartbeat says that the run is alive and how far it is, and reports whether
	// somebody asked to cancel it. It is called before each page that is read and
	// before each operation, which begins only if the answer is no: an answer
	// that is remembered would let a canceled run go on.
	Heartbeat(ctx context.Context, counts gatewayapi.SyncCounts) (canceled bool, err error)
}

// Engine runs sync rules on one target.
type Engine struct {
	Source  Source
	Target  Target
	Journal Journal
}

// Readable is the attributes that an integration may read, by v1 key. The id is
// always among them.
type Readable struct {
	All  bool
	Keys []string
}

// Input is what a run works on.
type Input struct {
	RuleID   string
	Rule     gatewayapi.SyncRuleConfig
	Readable Readable
	// Others are the other active rules of the target, paused ones included. A
	// person whom one of them selects is handed over instead of deprovisioned.
	Others []OtherRule
	// Now is the moment that today is taken from.
	Now time.Time
}

// OtherRule is another rule of the same target.
type OtherRule struct {
	ID       string
	Rule     gatewayapi.SyncRuleConfig
	Readable Readable
}

// Result is how a run ended.
type Result struct {
	// Status is SUCCESSFUL, PARTIAL_SUCCESS if something failed for somebody,
	// FAILED if the run as a whole did, or CANCELED. It is RUNNING if the context
	// ended first: then the run is neither done nor failed, and may be repeated.
	Status gatewayapi.SyncRunStatus
	// Error is why the run as a whole failed. It holds no values of attributes.
	Error  string
	Counts gatewayapi.SyncCounts
}

// Preview is what a run would do now.
type Preview struct {
	Counts gatewayapi.SyncCounts
	// Employees are the ids of those whom each operation would touch.
	Employees map[gatewayapi.SyncOperation][]string
	// Items are those who would be skipped or fail, and why.
	Items []Item
}

// Run brings the target in line with the rule. It reads both sides once, and
// writes only after the plan has passed every check; a plan without changes
// writes nothing.
//
// What goes wrong with directory, rule or target is in the result. The error is
// that of the context or the journal: the caller's own side failed.
func (e *Engine) Run(ctx context.Context, in Input) (Result, error) {
	prepared, err := e.prepare(ctx, in)
	if err != nil {
		return outcome(ctx, gatewayapi.SyncCounts{}, err)
	}
	a := newApplication(e, prepared)
	err = a.apply(ctx)
	return outcome(ctx, a.counts, err)
}

// Preview works out what [Engine.Run] would do, and writes nothing, neither to
// the target nor to the journal. The error is a [*RefusalError] where a run would fail.
func (e *Engine) Preview(ctx context.Context, in Input) (Preview, error) {
	quiet := *e
	quiet.Journal = silent{e.Journal}
	prepared, err := quiet.prepare(ctx, in)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Counts: prepared.plan.Counts(), Employees: map[gatewayapi.SyncOperation][]string{}, Items: prepared.plan.Items}
	for i := range prepared.plan.Operations {
		if o := &prepared.plan.Operations[i]; o.Kind.item() != OperationNone {
			name := gatewayapi.SyncOperation(o.Kind.item())
			p.Employees[name] = append(p.Employees[name], o.EmployeeID)
		}
	}
	return p, nil
}

// silent is a journal of a run that does not take place.
type silent struct{ Journal }

func (silent) Heartbeat(context.Context, gatewayapi.SyncCounts) (bool, error) { return false, nil }

// prepared is a plan and what is needed to carry it out.
type prepared struct {
	rule      *program
	plan      *Plan
	resources map[string]scim.Resource // accounts of the target by id
	secrets   map[string][]string      // values of an employee that no message may show
	linked    map[string]string        // employee to account, as this rule owns it now
}

// prepare does all of a run that does not write.
func (e *Engine) prepare(ctx context.Context, in Input) (*prepared, error) {
	rule, err := compile(&in)
	if err != nil {
		return nil, err
	}
	others := compileOthers(&in)
	keys, err := e.readableKeys(ctx, &in, rule, others)
	if err != nil {
		return nil, err
	}
	links, groupLinks, err := e.links(ctx)
	if err != nil {
		return nil, err
	}
	people, err := e.loadDirectory(ctx, keys)
	if err != nil {
		return nil, err
	}
	snapshot := Snapshot{Rule: rule.Rule, Links: links, GroupLinks: groupLinks}
	if snapshot.Directory, err = rule.evaluate(people); err != nil {
		return nil, err
	}
	snapshot.OtherClaims = claims(others, people, snapshot.Directory)
	p := &prepared{rule: rule}
	if snapshot.Contents, p.resources, err = e.loadContents(ctx, rule, groupLinks); err != nil {
		return nil, err
	}
	if p.plan, err = Diff(snapshot); err != nil {
		return nil, err
	}
	p.linked = map[string]string{}
	for _, link := range links {
		if link.RuleID == rule.ID && p.resources[link.AccountID] != nil {
			p.linked[link.EmployeeID] = link.AccountID
		}
	}
	p.secrets = secrets(&snapshot)
	return p, e.alive(ctx, gatewayapi.SyncCounts{})
}

func (e *Engine) links(ctx context.Context) ([]Link, []GroupLink, error) {
	links, err := e.Journal.Links(ctx)
	if err != nil {
		return nil, nil, &journalError{"reading the links of the target", err}
	}
	groupLinks, err := e.Journal.GroupLinks(ctx)
	if err != nil {
		return nil, nil, &journalError{"reading the group links of the target", err}
	}
	return links, groupLinks, nil
}

// alive sends a heartbeat and returns errCanceled if the run shall end.
func (e *Engine) alive(ctx context.Context, counts gatewayapi.SyncCounts) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	canceled, err := e.Journal.Heartbeat(ctx, counts)
	switch {
	case err != nil:
		return &journalError{"recording the progress of the run", err}
	case canceled:
		return errCanceled
	default:
		return nil
	}
}

// errCanceled ends a run that somebody asked to cancel.
var errCanceled = errors.New("the run was canceled")

// journalError is a journal that failed. It is the caller's to handle.
type journalError struct {
	doing string
	err   error
}

func (e *journalError) Error() string { return e.doing + ": " + e.err.Error() }
func (e *journalError) Unwrap() error { return e.err }

// outcome turns what ended a run into its result.
func outcome(ctx context.Context, counts gatewayapi.SyncCounts, err error) (Result, error) {
	result := Result{Status: gatewayapi.RunSuccessful, Counts: counts}
	if counts.Failed > 0 {
		result.Status = gatewayapi.RunPartialSuccess
	}
	if err == nil {
		return result, nil
	}
	_, journal := errors.AsType[*journalError](err)
	switch {
	case ctx.Err() != nil:
		result.Status = gatewayapi.RunRunning
		return result, ctx.Err()
	case errors.Is(err, errCanceled):
		result.Status = gatewayapi.RunCanceled
		return result, nil
	case journal:
		result.Status, result.Error = gatewayapi.RunFailed, "the gateway could not record the run: "+err.Error()
		return result, err
	default:
		result.Status, result.Error = gatewayapi.RunFailed, err.Error()
		return result, nil
	}
}

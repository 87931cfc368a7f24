package syncer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	// writers is how many operations are under way at once.
	writers = 4
	// maxFailuresInARow ends a run whose target obviously takes nothing.
	maxFailuresInARow = 20
	// recordTimeout bounds a record that is written after the run was stopped.
	recordTimeout = 15 * time.Second
)

// application carries a plan out.
type application struct {
	engine *Engine
	*prepared

	mu       sync.Mutex
	counts   gatewayapi.SyncCounts
	inARow   int             // failures since the last success
	halt     error           // why no further operation is begun
	withheld map[string]bool // employees whom a group still holds that should not
}

func newApplication(e *Engine, p *prepared) *application {
	return &application{engine: e, prepared: p, withheld: map[string]bool{}}
}

// apply writes in three steps. Groups come after the accounts that go into
// them, and before accounts are deleted or handed over: afterwards the rule could
// not tell any more that they were its own to take out.
func (a *application) apply(ctx context.Context) error {
	a.counts = a.plan.settled()
	if len(a.plan.Items) > 0 {
		if err := a.engine.Journal.RecordItems(ctx, a.plan.Items); err != nil {
			return &journalError{"recording items", err}
		}
	}
	var first, last []*Operation
	for i := range a.plan.Operations {
		switch o := &a.plan.Operations[i]; o.Kind {
		case KindDelete, KindHandOver, KindForget:
			last = append(last, o)
		default:
			first = append(first, o)
		}
	}
	err := a.each(ctx, len(first), func(i int) { a.operation(ctx, first[i]) })
	if err == nil {
		err = a.each(ctx, len(a.plan.Groups), func(i int) { a.group(ctx, &a.plan.Groups[i]) })
	}
	if err == nil {
		err = a.each(ctx, len(last), func(i int) { a.operation(ctx, last[i]) })
	}
	return err
}

// each does n things, several at once, and begins none after a reason to stop.
// Those under way are waited for: they end by themselves, or with the context.
func (a *application) each(ctx context.Context, n int, do func(i int)) error {
	var group errgroup.Group
	group.SetLimit(writers)
	for i := range n {
		if a.stopped(nil) {
			break
		}
		group.Go(func() error {
			// Asked by the writer itself: waiting for a free one may take long.
			if !a.stopped(a.engine.alive(ctx, a.soFar())) {
				do(i)
			}
			return nil
		})
	}
	_ = group.Wait() // its functions return nil
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.halt
}

// stopped notes a reason to stop, and reports whether there is one.
func (a *application) stopped(reason error) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.halt == nil {
		a.halt = reason
	}
	return a.halt != nil
}

func (a *application) soFar() gatewayapi.SyncCounts {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.counts
}

// operation does one thing for one employee and records it.
func (a *application) operation(ctx context.Context, o *Operation) {
	item := Item{EmployeeID: o.EmployeeID, Operation: o.Kind.item(), Status: gatewayapi.ItemSucceeded}
	if o.Kind == KindHandOver && a.isWithheld(o.EmployeeID) {
		item.Status, item.Message = gatewayapi.ItemSkipped, fmt.Sprintf("to be handed over to sync rule %s once it is out of this rule's groups", o.NewOwner)
		a.finish(ctx, item, nil, nil)
		return
	}
	var err error
	switch o.Kind {
	case KindProvision:
		err = a.provision(ctx, o)
	case KindUpdate, KindDeactivate:
		err = a.patch(ctx, o)
	case KindLink:
		if err = a.patch(ctx, o); err == nil {
			err = a.save(ctx, Link{EmployeeID: o.EmployeeID, AccountID: o.AccountID, RuleID: a.rule.ID, Origin: o.Origin})
		}
	case KindDelete:
		if err = a.engine.Target.DeleteUser(ctx, o.AccountID); err == nil || scim.IsNotFound(err) {
			err = a.forget(ctx, o)
		}
	case KindForget:
		item.Message = "the account is gone, and so is its link"
		err = a.forget(ctx, o)
	case KindHandOver:
		item.Message = "handed over to sync rule " + o.NewOwner + ", which selects the employee"
		err = a.record(ctx, "handing over a link", func(ctx context.Context) error {
			return a.engine.Journal.HandOver(ctx, o.EmployeeID, o.NewOwner)
		})
	}
	a.finish(ctx, item, err, func(counts *gatewayapi.SyncCounts) { o.Kind.count(counts) })
}

func (a *application) provision(ctx context.Context, o *Operation) error {
	user := scim.Resource{}
	for _, path := range sortedKeys(o.Attributes) {
		if err := user.Set(path, o.Attributes[path]); err != nil {
			return err
		}
	}
	created, err := a.engine.Target.CreateUser(ctx, user)
	switch {
	case scim.IsConflict(err):
		return &explained{"an account with the employee's match value or another unique value exists beyond what the target lists", err}
	case noAnswer(err):
		return &explained{"whether the account was created is not known; if it was, the next run links it", err}
	case err != nil:
		return err
	case created.ID() == "":
		return errors.New("the target created the account but did not say its id; the next run links it")
	}
	return a.save(ctx, Link{EmployeeID: o.EmployeeID, AccountID: created.ID(), RuleID: a.rule.ID, Origin: OriginProvisioned})
}

// patch writes the attributes of an operation.
func (a *application) patch(ctx context.Context, o *Operation) error {
	if len(o.Attributes) == 0 {
		return nil
	}
	operations, err := a.resources[o.AccountID].Changes(o.Attributes)
	if err != nil || len(operations) == 0 {
		return err
	}
	return a.engine.Target.PatchUser(ctx, o.AccountID, operations)
}

// save records a link, so that from here on the account is this rule's.
func (a *application) save(ctx context.Context, link Link) error {
	err := a.record(ctx, "saving a link", func(ctx context.Context) error { return a.engine.Journal.SaveLink(ctx, link) })
	if err == nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.linked[link.EmployeeID] = link.AccountID
	}
	return err
}

func (a *application) forget(ctx context.Context, o *Operation) error {
	return a.record(ctx, "removing a link", func(ctx context.Context) error { return a.engine.Journal.RemoveLink(ctx, o.EmployeeID) })
}

// record writes to the journal what was done already, so it must not be stopped
// with the run. A journal that cannot be written to ends the run.
func (a *application) record(ctx context.Context, doing string, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	err := write(ctx)
	if err == nil || errors.Is(err, ErrLinkTaken) {
		return err
	}
	err = &journalError{doing, err}
	a.stopped(err)
	return err
}

// finish counts and records an item, and stops the run where its error says so.
func (a *application) finish(ctx context.Context, item Item, err error, count func(*gatewayapi.SyncCounts)) {
	if err != nil {
		item.Status = gatewayapi.ItemFailed
		item.Message = a.describe(ctx, item.EmployeeID, item.GroupName, err)
	}
	a.mu.Lock()
	switch item.Status {
	case gatewayapi.ItemSucceeded:
		count(&a.counts)
		a.inARow = 0
	case gatewayapi.ItemSkipped:
		a.counts.Skipped++
	default:
		a.counts.Failed++
		a.inARow++
	}
	a.mu.Unlock()
	// First of all nobody else begins anything, then it is written down.
	if err != nil {
		a.stopped(a.reasonToStop(ctx, err, item.Message))
	}
	_ = a.record(ctx, "recording an item", func(ctx context.Context) error { return a.engine.Journal.RecordItems(ctx, []Item{item}) })
}

// reasonToStop says whether a failure is more than one employee's; nil if not.
func (a *application) reasonToStop(ctx context.Context, err error, message string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case refused(err):
		return refuse("the target refuses the gateway's credential: %s. The run was stopped; what it had done is recorded", message)
	case a.inARow >= maxFailuresInARow:
		return refuse("%d operations in a row failed, so the run was stopped; the last one: %s", a.inARow, message)
	}
	return nil
}

// explained is an error with what it means for the employee.
type explained struct {
	meaning string
	err     error
}

func (e *explained) Error() string { return e.meaning + ": " + e.err.Error() }
func (e *explained) Unwrap() error { return e.err }

// describe says what went wrong without any value of an attribute.
func (a *application) describe(ctx context.Context, employeeID, group string, err error) string {
	if ctx.Err() != nil {
		return "interrupted; whether the target did it is not known, the next run looks"
	}
	meaning := ""
	if e, ok := errors.AsType[*explained](err); ok {
		meaning = e.meaning + ": "
	}
	if e, ok := errors.AsType[*scim.Error](err); ok {
		verb := "answered "
		if e.Status == 0 {
			verb = "gave "
		}
		return meaning + "the target " + verb + e.Masked(append(slices.Clone(a.secrets[employeeID]), group)...)
	}
	return err.Error()
}

// refused reports that the target takes nothing from this credential.
func refused(err error) bool {
	e, ok := errors.AsType[*scim.Error](err)
	return scim.IsUnauthorized(err) || ok && e.Status == http.StatusForbidden
}

// noAnswer reports that a request may or may not have taken effect.
func noAnswer(err error) bool {
	e, ok := errors.AsType[*scim.Error](err)
	return ok && e.Status == 0
}

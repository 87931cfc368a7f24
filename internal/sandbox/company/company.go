// Package company makes and keeps the sandbox's demo company.
//
// The company is a function of a seed and a head count: the same two numbers
// give the same people, on every machine and on every day. It lives in memory,
// can be changed while it is being read, and hands out copies only, so a test
// may keep what it got and compare it later.
//
// What the people look like over HTTP is decided elsewhere, with two
// exceptions that belong to the data: the catalogue of attributes
// ([Company.Definitions]) and the complete v1 view of one employee
// ([Company.V1Attributes]), from which tests work out what a response must hold.
package company

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// DefaultPersons is the head count of a company that is made without one.
const DefaultPersons = 250

// What a change can be refused for. [Company.Create] and [Company.Update] wrap
// them with the offending value.
var (
	// ErrNotFound says that nobody has the id.
	ErrNotFound = errors.New("person not found")
	// ErrEmailTaken says that another person has the e-mail address.
	ErrEmailTaken = errors.New("email is already taken")
	// ErrSupervisorNotFound says that the supervisor is nobody in the company.
	ErrSupervisorNotFound = errors.New("supervisor not found")
	// ErrSupervisorCycle says that a person would come to supervise themselves,
	// directly or through others.
	ErrSupervisorCycle = errors.New("supervisor would report to the person")
	// ErrUnknownReference says that a department, team, office, legal entity,
	// cost center, calendar or schedule does not exist.
	ErrUnknownReference = errors.New("reference to something that does not exist")
)

// Options say which company to make.
type Options struct {
	// Persons is the head count; zero or less means [DefaultPersons].
	Persons int
	// Seed picks one of the possible companies.
	Seed uint64
	// Now tells the time of changes; nil means [time.Now]. It has no influence
	// on the people who are made at the start.
	Now func() time.Time
}

// Company is the demo company. It is safe for concurrent use.
type Company struct {
	now   func() time.Time
	org   Organisation
	watch func(before, after *Person) // nil: nobody watches

	mu     sync.RWMutex
	people map[int]*Person
	order  []int // ids, ascending
	emails map[string]int
	lastID int
}

// New makes the company that the options describe.
func New(options Options) *Company {
	if options.Persons <= 0 {
		options.Persons = DefaultPersons
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	c := &Company{
		now:    options.Now,
		org:    demoOrganisation(),
		people: make(map[int]*Person, options.Persons),
		order:  make([]int, 0, options.Persons),
		emails: make(map[string]int, options.Persons),
	}
	for _, person := range newGenerator(options.Seed, c.org).people(options.Persons) {
		c.insert(person)
	}
	return c
}

// Watch calls watch with everybody who is created (before is nil), changed, or
// deleted (after is nil) from then on. It is called in the order of the changes,
// while the company is locked: it must neither call the company nor change or hold
// the people. Watch must not be called while the company is in use.
func (c *Company) Watch(watch func(before, after *Person)) { c.watch = watch }

func (c *Company) tell(before, after *Person) {
	if c.watch != nil {
		c.watch(before, after)
	}
}

// Organisation returns the departments, teams, offices and the like. They do
// not change while the company lives.
func (c *Company) Organisation() Organisation { return c.org }

// Len returns the head count.
func (c *Company) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.order)
}

// People returns a copy of everybody, ordered by id.
func (c *Company) People() []Person {
	c.mu.RLock()
	defer c.mu.RUnlock()
	people := make([]Person, 0, len(c.order))
	for _, id := range c.order {
		people = append(people, c.people[id].clone())
	}
	return people
}

// Person returns a copy of one person.
func (c *Company) Person(id int) (Person, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	person, ok := c.people[id]
	if !ok {
		return Person{}, false
	}
	return person.clone(), true
}

// Has reports whether somebody has the id.
func (c *Company) Has(id int) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.people[id] != nil
}

// After returns copies of the first limit people, in order of id, whose id is
// higher than after and whom keep keeps; nil keeps all. keep must neither
// change nor hold the person it is shown.
func (c *Company) After(after, limit int, keep func(*Person) bool) []Person {
	c.mu.RLock()
	defer c.mu.RUnlock()
	start, _ := slices.BinarySearch(c.order, after+1)
	people := make([]Person, 0, limit)
	for _, id := range c.order[start:] {
		if len(people) == limit {
			break
		}
		if person := c.people[id]; keep == nil || keep(person) {
			people = append(people, person.clone())
		}
	}
	return people
}

// Page returns copies of up to limit people whom keep keeps, leaving out the
// first offset of them, and how many keep keeps in all. A negative limit means
// no limit. keep is as in [Company.After].
func (c *Company) Page(offset, limit int, keep func(*Person) bool) (people []Person, total int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, id := range c.order {
		person := c.people[id]
		if keep != nil && !keep(person) {
			continue
		}
		if total >= offset && (limit < 0 || len(people) < limit) {
			people = append(people, person.clone())
		}
		total++
	}
	return people, total
}

// Create adds a person and returns the person with the id, employment id and
// times that were given. The ids and times of the argument are ignored.
//
// Errors: [ErrEmailTaken], [ErrSupervisorNotFound], [ErrUnknownReference].
func (c *Company) Create(person Person) (Person, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	created := person.clone()
	now := c.now().UTC().Truncate(time.Second)
	created.ID = c.lastID + 1
	created.CreatedAt, created.UpdatedAt = now, now
	created.Employment.ID = uuid.NewString()
	created.Employment.CreatedAt, created.Employment.UpdatedAt = now, now
	created.changed = nil
	if err := c.check(&created); err != nil {
		return Person{}, fmt.Errorf("create person: %w", err)
	}
	c.insert(&created)
	c.tell(nil, &created)
	return created.clone(), nil
}

// Update lets change edit a copy of the person and keeps the result if the
// company still makes sense with it. The update times move only if something
// changed. The ids and times themselves cannot be edited.
//
// Errors: [ErrNotFound], [ErrEmailTaken], [ErrSupervisorNotFound],
// [ErrSupervisorCycle], [ErrUnknownReference]. After an error nothing has changed.
func (c *Company) Update(id int, change func(*Person)) error {
	return c.TryUpdate(id, func(person *Person) error {
		change(person)
		return nil
	})
}

// TryUpdate is [Company.Update] for a change that may fail. Its error comes
// back as it is, and nothing has changed.
func (c *Company) TryUpdate(id int, change func(*Person) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, ok := c.people[id]
	if !ok {
		return fmt.Errorf("update person %d: %w", id, ErrNotFound)
	}
	after := before.clone()
	if err := change(&after); err != nil {
		return err
	}
	after.ID, after.CreatedAt, after.UpdatedAt = before.ID, before.CreatedAt, before.UpdatedAt
	after.Employment.ID = before.Employment.ID
	after.Employment.CreatedAt, after.Employment.UpdatedAt = before.Employment.CreatedAt, before.Employment.UpdatedAt
	after.changed = maps.Clone(before.changed)
	if err := c.check(&after); err != nil {
		return fmt.Errorf("update person %d: %w", id, err)
	}
	if reflect.DeepEqual(*before, after) {
		return nil
	}
	c.replace(before, &after)
	return nil
}

// replace keeps after in the place of before and notes what changed when.
func (c *Company) replace(before, after *Person) {
	now := c.now().UTC().Truncate(time.Second)
	after.UpdatedAt = now
	if !reflect.DeepEqual(before.Employment, after.Employment) {
		after.Employment.UpdatedAt = now
	}
	if after.changed == nil {
		after.changed = make(map[string]time.Time)
	}
	old, current := c.v1Values(before), c.v1Values(after)
	for i := range current {
		if !reflect.DeepEqual(old[i], current[i]) {
			after.changed[c.org.definitions[i].Key] = now
		}
	}
	delete(c.emails, strings.ToLower(before.Email))
	if after.Email != "" {
		c.emails[strings.ToLower(after.Email)] = after.ID
	}
	c.people[after.ID] = after
	c.tell(before, after)
}

// Delete removes a person. Who reported to the person reports to nobody then.
// The only error is [ErrNotFound].
func (c *Company) Delete(id int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	person, ok := c.people[id]
	if !ok {
		return fmt.Errorf("delete person %d: %w", id, ErrNotFound)
	}
	for _, other := range c.people {
		if other.Employment.SupervisorID != id {
			continue
		}
		freed := other.clone()
		freed.Employment.SupervisorID = 0
		c.replace(other, &freed)
	}
	delete(c.people, id)
	delete(c.emails, strings.ToLower(person.Email))
	if at, found := slices.BinarySearch(c.order, id); found {
		c.order = slices.Delete(c.order, at, at+1)
	}
	c.tell(person, nil)
	return nil
}

// insert takes a person whose id is higher than all ids before.
func (c *Company) insert(person *Person) {
	c.people[person.ID] = person
	c.order = append(c.order, person.ID)
	c.lastID = max(c.lastID, person.ID)
	if person.Email != "" {
		c.emails[strings.ToLower(person.Email)] = person.ID
	}
}

// check refuses a person who would make the company inconsistent.
func (c *Company) check(person *Person) error {
	if owner, taken := c.emails[strings.ToLower(person.Email)]; taken && owner != person.ID {
		return fmt.Errorf("%w: person %d has it", ErrEmailTaken, owner)
	}
	if err := c.checkSupervisor(person); err != nil {
		return err
	}
	employment := &person.Employment
	for _, reference := range []struct {
		kind string
		ok   bool
	}{
		{"department", employment.DepartmentID == 0 || c.org.department(employment.DepartmentID) != nil},
		{"team", employment.TeamID == 0 || c.org.team(employment.TeamID) != nil},
		{"office", employment.OfficeID == 0 || c.org.office(employment.OfficeID) != nil},
		{"legal entity", employment.LegalEntityID == 0 || c.org.legalEntity(employment.LegalEntityID) != nil},
		{"holiday calendar", person.HolidayCalendarID == 0 || c.org.holidayCalendar(person.HolidayCalendarID) != nil},
		{"work schedule", person.WorkScheduleID == 0 || c.org.workSchedule(person.WorkScheduleID) != nil},
		{"cost center", !slices.ContainsFunc(employment.CostCenters, func(s CostCenterShare) bool { return c.org.costCenter(s.ID) == nil })},
	} {
		if !reference.ok {
			return fmt.Errorf("%w: %s", ErrUnknownReference, reference.kind)
		}
	}
	return nil
}

func (c *Company) checkSupervisor(person *Person) error {
	for id := person.Employment.SupervisorID; id != 0; {
		if id == person.ID {
			return fmt.Errorf("%w: supervisor %d", ErrSupervisorCycle, person.Employment.SupervisorID)
		}
		supervisor, ok := c.people[id]
		if !ok {
			return fmt.Errorf("%w: %d", ErrSupervisorNotFound, id)
		}
		id = supervisor.Employment.SupervisorID
	}
	return nil
}

// byID finds the element with an id in a slice that is sorted by id.
func byID[T any](all []T, id int, idOf func(*T) int) *T {
	at, found := slices.BinarySearchFunc(all, id, func(element T, id int) int { return cmp.Compare(idOf(&element), id) })
	if !found {
		return nil
	}
	return &all[at]
}

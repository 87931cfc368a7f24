package syncer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// evaluate asks the rule about everybody. An attribute that the answers lack for
// everybody was lost between the check of rights and the listing.
func (p *program) evaluate(people []employee) (Directory, error) {
	filterKeys, mappingKeys := p.filter.Attributes(), p.mappingKeys()
	var lost []string
	for _, key := range p.keys() {
		if !slices.ContainsFunc(people, func(e employee) bool { return e.has(key) }) {
			lost = append(lost, key)
		}
	}
	if len(lost) > 0 {
		return Directory{}, refuse("Personio's list of employees lacks attributes that the rule uses: %s. "+
			"The gateway's credential may have lost the right to read them; nothing was written", strings.Join(lost, ", "))
	}
	// The listing proved itself whole, else there would be nothing to evaluate.
	directory := Directory{Complete: true, People: make([]Person, 0, len(people))}
	for i := range people {
		directory.People = append(directory.People, p.person(&people[i], filterKeys, mappingKeys))
	}
	return directory, nil
}

// has reports whether Personio sent an attribute of the person, be it null.
func (e *employee) has(key string) bool {
	_, ok := e.attributes[key]
	return ok || key == attribute.ID
}

// absent names an attribute that Personio left out of a person; "" if none.
// Personio sends null for what a person does not have, so what is left out is
// not known.
func (e *employee) absent(keys []string) string {
	i := slices.IndexFunc(keys, func(key string) bool { return !e.has(key) })
	if i < 0 {
		return ""
	}
	return keys[i]
}

func (p *program) person(e *employee, filterKeys, mappingKeys []string) Person {
	person := Person{EmployeeID: e.id}
	if key := e.absent(filterKeys); key != "" {
		person.Reason = fmt.Sprintf("Personio left attribute %s out of this employee", key)
		return person
	}
	selected, err := p.filter.Eval(e.attributes, p.today)
	if err != nil {
		person.Reason = "filter: " + err.Error()
		return person
	}
	switch selected {
	case true:
		person.Decision = Selected
	case false:
		person.Decision = NotSelected
		return person
	default:
		person.Reason = "filter: it gave neither true nor false"
		return person
	}
	if key := e.absent(mappingKeys); key != "" {
		person.MappingError = fmt.Sprintf("Personio left attribute %s out of this employee", key)
		return person
	}
	if err := p.mapPerson(e, &person); err != nil {
		person.MappingError = err.Error()
	}
	return person
}

// mapPerson fills in what the account shall be.
func (p *program) mapPerson(e *employee, person *Person) error {
	match, err := p.match.Eval(e.attributes, p.today)
	if err != nil {
		return fmt.Errorf("match.employee: %w", err)
	}
	if person.MatchValue, err = matchText(match); err != nil {
		return err
	}
	person.Account = make(map[string]any, len(p.mapping))
	for _, path := range sortedKeys(p.mapping) {
		if person.Account[path], err = p.mapping[path].Eval(e.attributes, p.today); err != nil {
			return fmt.Errorf("attribute_mapping %s: %w", path, err)
		}
	}
	person.Groups = make(map[string]string, len(p.groups))
	for _, key := range sortedKeys(p.groups) {
		name, err := p.groups[key].Eval(e.attributes, p.today)
		if err != nil {
			return fmt.Errorf("group_mapping %s: %w", key, err)
		}
		if text, ok := name.(string); ok {
			person.Groups[key] = text
		}
	}
	return nil
}

// matchText is a match value as text; "" if the person has none.
func matchText(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return strings.TrimSpace(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	default:
		return "", fmt.Errorf("match.employee gives a %T, which no account can be found by", value)
	}
}

// claims returns whom the other rules want, of those whom this rule does not.
func claims(others []claimant, people []employee, directory Directory) map[string]string {
	claimed := map[string]string{}
	if len(others) == 0 {
		return claimed
	}
	for i := range people {
		if directory.People[i].Decision != NotSelected {
			continue
		}
		for j := range others {
			selects, known := others[j].selects(&people[i])
			if !known {
				claimed[people[i].id] = ClaimUnknown
			} else if selects {
				claimed[people[i].id] = others[j].id
				break // one who surely wants the person is enough
			}
		}
	}
	return claimed
}

func (c *claimant) selects(e *employee) (selects, known bool) {
	if c.filter == nil || e.absent(c.filter.Attributes()) != "" {
		return false, false
	}
	result, err := c.filter.Eval(e.attributes, c.today)
	selects, known = result.(bool)
	return selects, known && err == nil
}

// secrets collects by employee what a target might repeat in an error.
func secrets(s *Snapshot) map[string][]string {
	values := map[string][]string{}
	for i := range s.Directory.People {
		p := &s.Directory.People[i]
		list := []string{p.MatchValue}
		for _, value := range p.Account {
			if text, ok := value.(string); ok {
				list = append(list, text)
			}
		}
		for _, name := range p.Groups {
			list = append(list, name)
		}
		values[p.EmployeeID] = list
	}
	return values
}

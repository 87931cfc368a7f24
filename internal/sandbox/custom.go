package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// setCustom writes a custom attribute of a person from what JSON holds: null
// and "" unset it, tags take a list or one string with commas.
func setCustom(person *company.Person, definition company.Definition, raw any) error {
	value, err := customValue(definition, raw)
	if err != nil {
		return fmt.Errorf("%s: %w", definition.Key, err)
	}
	if value == nil {
		delete(person.Custom, definition.Key)
		return nil
	}
	if person.Custom == nil {
		person.Custom = make(map[string]any)
	}
	person.Custom[definition.Key] = value
	return nil
}

func customValue(definition company.Definition, raw any) (any, error) {
	if list, ok := raw.([]any); ok {
		if definition.Type != company.TypeTags {
			return nil, fmt.Errorf("a list is no value for the type %s", definition.Type)
		}
		return tagsOf(definition, list)
	}
	text := strings.TrimSpace(fmt.Sprint(raw))
	if raw == nil || text == "" {
		return nil, nil
	}
	switch definition.Type {
	case company.TypeInteger:
		number, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not an integer", text)
		}
		return number, nil
	case company.TypeDecimal:
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", text)
		}
		return number, nil
	case company.TypeDate:
		if !isDate(text) {
			return nil, fmt.Errorf("%q is not a date", text)
		}
	case company.TypeList:
		if !slices.Contains(definition.Options, text) {
			return nil, fmt.Errorf("%q is not one of the options", text)
		}
	case company.TypeTags:
		var list []any
		for part := range strings.SplitSeq(text, ",") {
			list = append(list, strings.TrimSpace(part))
		}
		return tagsOf(definition, list)
	}
	return text, nil
}

func tagsOf(definition company.Definition, list []any) (any, error) {
	tags := make([]string, 0, len(list))
	for _, element := range list {
		tag, ok := element.(string)
		if !ok || !slices.Contains(definition.Options, tag) {
			return nil, fmt.Errorf("%q is not one of the options", fmt.Sprint(element))
		}
		tags = append(tags, tag)
	}
	if len(tags) == 0 {
		return nil, nil
	}
	return tags, nil
}

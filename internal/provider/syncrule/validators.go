package syncrule

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/robfig/cron/v3"

	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// validExpression accepts expressions of a kind that compile. What it says shows
// the position in the expression.
func validExpression(kind expression.Kind) validator.String {
	return tfx.Checked("Invalid expression", "must be a CEL expression for "+kind.String(), func(source string) string {
		_, err := expression.Compile(source, kind)
		if err == nil {
			return ""
		}
		var wrong *expression.Error
		if !errors.As(err, &wrong) {
			return err.Error()
		}
		return fmt.Sprintf("This is not %s, at line %d, column %d: %s.\n\n%s", kind, wrong.Line, wrong.Column, wrong.Message, pointed(wrong))
	})
}

// pointed is the line of an expression that is wrong, with a caret below the
// position. It is indented, so that the CLI does not wrap it.
func pointed(wrong *expression.Error) string {
	_, shown, _ := strings.Cut(wrong.Error(), "\n")
	return shown
}

// SCIM paths (RFC 7644, figure 7), as far as the gateway writes them: an
// attribute, of an extension if a URN comes first, with a filter of comparisons
// with eq, and a sub-attribute.
const (
	scimName      = `(?:\$ref|[A-Za-z][A-Za-z0-9_-]*)`
	scimURN       = `[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]*:[A-Za-z0-9()+,.:=@;$_!*'%/?#-]+:`
	scimCondition = ` *` + scimName + ` +(?i:eq) +(?:"(?:[^"\\]|\\.)*"|true|false) *`
	scimFilter    = `\[` + scimCondition + `(?:(?i:and) ` + scimCondition + `)*\]`
)

var (
	scimPathForm = regexp.MustCompile(`^(` + scimURN + `)?` + scimName + `(?:` + scimFilter + `)?(?:\.` + scimName + `)?$`)
	// unfinishedURN is the URN of a registered schema that lacks its last part:
	// what follows it is no attribute yet.
	unfinishedURN = regexp.MustCompile(`(?i)^urn:ietf:params:scim:.*:[0-9]+\.[0-9]+:$`)
)

// coreUser may stand before a path of the core schema (RFC 7643, section 8.7.1).
const coreUser = "urn:ietf:params:scim:schemas:core:2.0:user:"

// canonicalPath is one way of writing for all paths that mean the same: names of
// attributes ignore case (RFC 7643, section 2.1).
func canonicalPath(path string) string {
	return strings.TrimPrefix(strings.ToLower(path), coreUser)
}

// rootOf is the attribute that a path begins with, "" for that of an extension.
func rootOf(path string) string {
	p := canonicalPath(path)
	if strings.HasPrefix(p, "urn:") {
		return ""
	}
	if end := strings.IndexAny(p, ".["); end >= 0 {
		p = p[:end]
	}
	return p
}

// reserved are the attributes of an account that are not the mapping's to set,
// and why.
var reserved = map[string]string{
	"active":   "whether an account is active follows from filter and deprovision_mode",
	"groups":   "groups are the business of group_mapping",
	"password": "passwords are never written",
	"id":       "the target sets it",
	"meta":     "the target sets it",
	"schemas":  "the gateway sets it",
}

// scimPath accepts the SCIM paths that an attribute mapping may set.
func scimPath() validator.String {
	return tfx.Checked("Invalid SCIM path", "must be a SCIM path", func(value string) string {
		found := scimPathForm.FindStringSubmatch(value)
		if found == nil || unfinishedURN.MatchString(found[1]) {
			return fmt.Sprintf("%q is not the path of an attribute of a SCIM user. Paths look like title, name.givenName, "+
				`emails[type eq "work"].value, or urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department.`, value)
		}
		if why, taken := reserved[rootOf(value)]; taken {
			return fmt.Sprintf("%s cannot be mapped: %s. Remove this entry.", value, why)
		}
		return ""
	})
}

// fiveFields reads a cron expression: minute, hour, day of month, month, day of
// week. Descriptors such as @daily are not part of it.
var fiveFields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// anyDay is a time from which a schedule is tried; which one does not matter.
var anyDay = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// cronExpression accepts five fields that fire sometime.
func cronExpression() validator.String {
	const example = ` It has five fields: minute, hour, day of month, month and day of week, as in "0 4 * * *" for every day at 04:00.`
	return tfx.Checked("Invalid cron expression", "must be a cron expression of five fields", func(value string) string {
		if strings.HasPrefix(value, "@") || strings.Contains(value, "TZ=") || len(strings.Fields(value)) != 5 {
			return fmt.Sprintf("%q is not a cron expression of five fields.", value) + example + " The time zone belongs into time_zone."
		}
		schedule, err := fiveFields.Parse(value)
		if err != nil {
			return fmt.Sprintf("%q is not a cron expression: %s.", value, err) + example
		}
		if schedule.Next(anyDay).IsZero() {
			return fmt.Sprintf("%q never fires: there is no such day.", value)
		}
		return ""
	})
}

// timeZone accepts the names of the IANA time zone database.
func timeZone() validator.String {
	return tfx.Checked("Invalid time zone", "must be the IANA name of a time zone", func(value string) string {
		if value != "" && value != "Local" {
			if _, err := time.LoadLocation(value); err == nil {
				return ""
			}
		}
		return fmt.Sprintf("%q is not the IANA name of a time zone, such as Europe/Berlin or UTC.", value)
	})
}

// emailAddress accepts what is plausibly an e-mail address.
func emailAddress() validator.String {
	return tfx.Checked("Invalid e-mail address", "must be an e-mail address", func(value string) string {
		address, err := mail.ParseAddress(value)
		if err != nil || address.Address != value {
			return fmt.Sprintf("%q is not an e-mail address, such as it@example.com.", value)
		}
		return ""
	})
}

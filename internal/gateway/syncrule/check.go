package syncrule

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// matchAccounts are the SCIM paths that can find an account.
var matchAccounts = []string{"userName", "externalId", "emails.value"}

// check refuses a configuration that could not run, naming every member that is
// wrong.
func (s *Service) check(ctx context.Context, c gatewayapi.SyncRuleConfig) error {
	var found httpapi.Findings
	readable, err := s.checkReferences(ctx, &found, c)
	if err != nil {
		return err
	}
	checkMatch(&found, c, readable)
	checkExpression(&found, "/filter", c.Filter, expression.Filter, readable)
	for path, source := range c.AttributeMapping {
		pointer := "/attribute_mapping/" + escape(path)
		checkPath(&found, pointer, path, c.Match.Account)
		checkExpression(&found, pointer, source, expression.Value, readable)
	}
	checkUserName(&found, c)
	for key, group := range c.GroupMapping {
		checkExpression(&found, "/group_mapping/"+escape(key)+"/name", group.Name, expression.GroupName, readable)
	}
	checkLimits(&found, c)
	s.checkMail(&found, c)
	return found.Problem()
}

// escape makes a key a part of a JSON pointer (RFC 6901, section 3).
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// allowed says whether the rule's integration may read an attribute.
type allowed func(key string) bool

// checkReferences looks integration and target up, and returns what may be read.
func (s *Service) checkReferences(ctx context.Context, found *httpapi.Findings, c gatewayapi.SyncRuleConfig) (allowed, error) {
	anything := func(string) bool { return true }
	if _, err := s.Store.SyncTarget(ctx, c.SyncTargetID); errors.Is(err, store.ErrNotFound) {
		found.Add(gatewayapi.KindInvalid, "/sync_target_id", "There is no sync target with the id %s.", c.SyncTargetID)
	} else if err != nil {
		return anything, err
	}
	integration, err := s.Store.CustomIntegration(ctx, c.CustomIntegrationID, s.Now())
	switch {
	case errors.Is(err, store.ErrNotFound):
		found.Add(gatewayapi.KindInvalid, "/custom_integration_id", "There is no custom integration with the id %s.", c.CustomIntegrationID)
		return anything, nil
	case err != nil:
		return anything, err
	case !attribute.NewScopeSet(integration.Scopes...).Has(attribute.ScopePersonsRead):
		found.Add(gatewayapi.KindInvalid, "/custom_integration_id",
			"The custom integration %q cannot be synced from: it lacks the scope %s.", integration.Name, attribute.ScopePersonsRead)
	}
	if integration.AllAttributes {
		return attribute.Known, nil
	}
	return func(key string) bool {
		return key == attribute.ID || slices.Contains(integration.ReadableAttributes, key)
	}, nil
}

func checkMatch(found *httpapi.Findings, c gatewayapi.SyncRuleConfig, readable allowed) {
	if !attribute.Known(c.Match.Employee) {
		found.Add(gatewayapi.KindInvalid, "/match/employee", "There is no employee attribute %q.%s", c.Match.Employee, didYouMean(attribute.Nearest(c.Match.Employee, 3)))
	} else if !readable(c.Match.Employee) {
		found.Add(gatewayapi.KindInvalid, "/match/employee", "The rule's custom integration may not read the attribute %s.", c.Match.Employee)
	}
	if !slices.Contains(matchAccounts, c.Match.Account) {
		found.Add(gatewayapi.KindInvalid, "/match/account", "%q cannot find an account; take one of %s.", c.Match.Account, strings.Join(matchAccounts, ", "))
	}
}

func didYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " Did you mean " + strings.Join(names, ", ") + "?"
}

func checkExpression(found *httpapi.Findings, pointer, source string, kind expression.Kind, readable allowed) {
	program, err := expression.Compile(source, kind)
	if err != nil {
		found.Add(gatewayapi.KindInvalid, pointer, "%v", err)
		return
	}
	for _, key := range program.Attributes() {
		if !readable(key) {
			found.Add(gatewayapi.KindInvalid, pointer, "It uses the attribute %s, which the rule's custom integration may not read. Add %s to the readable attributes of that integration, or do without it.", key, key)
		}
	}
}

func checkPath(found *httpapi.Findings, pointer, path, match string) {
	parsed, err := scim.ParsePath(path)
	switch {
	case err != nil:
		found.Add(gatewayapi.KindInvalid, pointer, "%v", err)
	case parsed.ReadOnly() || syncer.ReservedPath(path):
		found.Add(gatewayapi.KindInvalid, pointer, "%s cannot be mapped: the rule or the target writes it.", path)
	case strings.EqualFold(path, match):
		found.Add(gatewayapi.KindInvalid, pointer, "%s cannot be mapped: match already gives it its value.", path)
	}
}

// checkUserName refuses accounts without the one attribute that SCIM requires
// (RFC 7643, section 4.1.1).
func checkUserName(found *httpapi.Findings, c gatewayapi.SyncRuleConfig) {
	if c.Match.Account == "userName" || !slices.Contains(c.Operations, gatewayapi.OperationProvision) {
		return
	}
	for path := range c.AttributeMapping {
		if strings.EqualFold(path, "userName") {
			return
		}
	}
	found.Add(gatewayapi.KindInvalid, "/attribute_mapping", "An account cannot be made without a userName. Map it, or match by it.")
}

func checkLimits(found *httpapi.Findings, c gatewayapi.SyncRuleConfig) {
	if share, isShare := strings.CutSuffix(c.MaxDeprovision, "%"); isShare {
		if n, err := strconv.Atoi(share); err != nil || n > 100 {
			found.Add(gatewayapi.KindInvalid, "/max_deprovision", "%s is no share between 0%% and 100%%.", c.MaxDeprovision)
		}
	}
	if c.Schedule != nil {
		if _, _, err := parseSchedule(*c.Schedule); err != nil {
			pointer := "/schedule/cron"
			if strings.Contains(err.Error(), "time zone") {
				pointer = "/schedule/time_zone"
			}
			found.Add(gatewayapi.KindInvalid, pointer, "%v", err)
		}
	}
}

func (s *Service) checkMail(found *httpapi.Findings, c gatewayapi.SyncRuleConfig) {
	for n, address := range c.NotificationEmails {
		if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
			found.Add(gatewayapi.KindInvalid, fmt.Sprintf("/notification_emails/%d", n), "%q is no e-mail address.", address)
		}
	}
	if len(c.NotificationEmails) > 0 && !s.SendsMail {
		found.Add(gatewayapi.KindInvalid, "/notification_emails", "This gateway sends no mail. Start it with --smtp-url, or leave notification_emails out.")
	}
}

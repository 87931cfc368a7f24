package syncrule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// withDefaults fills in what a configuration leaves out, so that two that mean
// the same are equal.
func withDefaults(c gatewayapi.SyncRuleConfig) gatewayapi.SyncRuleConfig {
	if c.Operations == nil {
		c.Operations = []gatewayapi.SyncOperation{}
	}
	if c.DeprovisionMode == "" {
		c.DeprovisionMode = gatewayapi.DeprovisionDeactivate
	}
	if c.MaxDeprovision == "" {
		c.MaxDeprovision = gatewayapi.DefaultMaxDeprovision
	}
	if c.OnFailure == "" {
		c.OnFailure = gatewayapi.OnFailurePause
	}
	if c.Schedule != nil && c.Schedule.TimeZone == "" {
		schedule := *c.Schedule
		schedule.TimeZone = "UTC"
		c.Schedule = &schedule
	}
	if len(c.AttributeMapping) == 0 {
		c.AttributeMapping = nil
	}
	if len(c.GroupMapping) == 0 {
		c.GroupMapping = nil
	}
	if len(c.NotificationEmails) == 0 {
		c.NotificationEmails = nil
	}
	if len(c.Triggers) == 0 {
		c.Triggers = nil
	}
	return c
}

// patched is a configuration with a change applied.
func patched(c gatewayapi.SyncRuleConfig, in gatewayapi.SyncRuleUpdate) gatewayapi.SyncRuleConfig {
	set(&c.Name, in.Name)
	set(&c.CustomIntegrationID, in.CustomIntegrationID)
	set(&c.SyncTargetID, in.SyncTargetID)
	set(&c.Active, in.Active)
	set(&c.Filter, in.Filter)
	set(&c.Match, in.Match)
	set(&c.AttributeMapping, in.AttributeMapping)
	set(&c.GroupMapping, in.GroupMapping)
	set(&c.Operations, in.Operations)
	set(&c.DeprovisionMode, in.DeprovisionMode)
	set(&c.MaxDeprovision, in.MaxDeprovision)
	set(&c.OnFailure, in.OnFailure)
	set(&c.NotificationEmails, in.NotificationEmails)
	set(&c.Triggers, in.Triggers)
	if in.Schedule.Set {
		c.Schedule = nil
		if in.Schedule.Valid {
			c.Schedule = &in.Schedule.Value
		}
	}
	return c
}

func set[T any](target *T, value *T) {
	if value != nil {
		*target = *value
	}
}

// parseSchedule reads a schedule: five cron fields and an IANA time zone.
func parseSchedule(s gatewayapi.SyncSchedule) (cron.Schedule, *time.Location, error) {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil, nil, fmt.Errorf("%q is no time zone; take an IANA name such as Europe/Berlin", s.TimeZone)
	}
	schedule, err := cron.ParseStandard(s.Cron)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%q is no cron expression of five fields: %w", s.Cron, err)
	case len(strings.Fields(s.Cron)) != 5:
		// The library also takes @daily, and TZ=... before the fields.
		return nil, nil, fmt.Errorf("%q is no cron expression of five fields; the zone goes into time_zone", s.Cron)
	case schedule.Next(time.Now()).IsZero():
		return nil, nil, fmt.Errorf("the cron expression %q names a day that never comes", s.Cron)
	}
	return schedule, zone, nil
}

// NextRun is when a rule runs next by itself after a time, nil for never.
func NextRun(c gatewayapi.SyncRuleConfig, after time.Time) *time.Time {
	if !c.Active || c.Schedule == nil {
		return nil
	}
	schedule, zone, err := parseSchedule(*c.Schedule)
	if err != nil {
		return nil // check refused it before it could get here.
	}
	next := schedule.Next(after.In(zone))
	// A schedule that names its hours names times of the wall clock. One that the
	// clock skips is made up for when it has jumped, and one that it shows twice
	// counts once, so that a daily run stays daily. A schedule of every hour goes
	// by the hours that pass.
	if hours := strings.Fields(c.Schedule.Cron)[1]; !strings.HasPrefix(hours, "*") {
		for repeated(next) {
			next = schedule.Next(next)
		}
		next = madeUp(schedule, after.In(zone), next)
	}
	next = next.UTC()
	return &next
}

// repeated reports whether the wall clock shows a time for the second time,
// because it was set back.
func repeated(t time.Time) bool {
	since, _ := t.ZoneBounds()
	return !since.IsZero() && t.Sub(since) < -jump(since)
}

// madeUp is the moment between two times at which the wall clock jumps over a
// time of the schedule; the second of the two if there is none.
func madeUp(schedule cron.Schedule, after, next time.Time) time.Time {
	for _, at := after.ZoneBounds(); !at.IsZero() && at.Before(next); _, at = at.ZoneBounds() {
		// What the clock would have shown, in a zone that never jumps.
		_, offset := at.Add(-1).Zone()
		shown := at.UTC().Add(time.Duration(offset) * time.Second)
		if schedule.Next(shown.Add(-1)).Before(shown.Add(jump(at))) {
			return at
		}
	}
	return next
}

// jump is by how much the wall clock is set forward at a moment; less than zero
// if it is set back.
func jump(at time.Time) time.Duration {
	_, before := at.Add(-1).Zone()
	_, now := at.Zone()
	return time.Duration(now-before) * time.Second
}

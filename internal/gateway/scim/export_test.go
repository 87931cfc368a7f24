package scim

import "time"

// Hasten makes the waits between attempts short, for tests.
func (c *Client) Hasten() {
	c.retry.RetryWaitMin, c.retry.RetryWaitMax = time.Millisecond, 2*time.Millisecond
}

// What is tested from the outside.
var (
	Mask       = mask
	RetryAfter = retryAfter
	Apply      = apply
)
